#!/usr/bin/env bash
# Empties the data folder after asking: database, key, everything.
source "$(dirname "$0")/common.sh"
[ -d "$DATA" ] || { note "There is no $DATA."; exit 0; }

# Where the database lives when its user cannot enter the data folder.
AWAY=$(head -n 1 "$DATA/postgres.path" 2>/dev/null || true)
case $AWAY in /var/lib/firefighter/*/postgres) ;; *) AWAY='' ;; esac

printf 'This deletes all incidents, people and keys in %s%s. Type yes: ' "$DATA" "${AWAY:+ and $(dirname "$AWAY")}"
read -r answer
[ "$answer" = yes ] || { note "Nothing is deleted."; exit 1; }
if have flock && [ -e "$DATA/postgres.lock" ] && ! flock -n "$DATA/postgres.lock" true; then
  fail "FireFighter is running." "End it first."
fi
# A database left behind by a killed server.
for folder in "$DATA/postgres" "$AWAY"; do
  if [ -n "$folder" ] && [ -f "$folder/postmaster.pid" ]; then
    pid=$(head -n 1 "$folder/postmaster.pid")
    if grep -qa "$folder" "/proc/$pid/cmdline" 2>/dev/null || grep -qa "$(realpath "$folder")" "/proc/$pid/cmdline" 2>/dev/null; then
      kill -QUIT "$pid"
      sleep 1
    fi
  fi
done
rm -rf "${DATA:?}"/* ${AWAY:+"$(dirname "$AWAY")"}
note "Empty. The next start begins anew."
