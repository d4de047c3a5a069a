#!/usr/bin/env bash
# Renews .sqlx: every query is asked of a freshly migrated database while the code is checked, and what it answers is
# stored. With DATABASE_URL that server is used (a database of this name is made and dropped), else a PostgreSQL of the
# moment in target/. The macros store what they learn when SQLX_OFFLINE_DIR names a folder.
source "$(dirname "$0")/common.sh"
NAME=firefighter_prepare
have psql || fail "psql is missing." "Install it (Debian: apt install postgresql)."

RUN_AS=()
CLUSTER=''
stop() {
  [ -z "$CLUSTER" ] || "${RUN_AS[@]}" "$BIN/pg_ctl" stop -D "$CLUSTER/data" -m immediate -s || true
  [ -z "$CLUSTER" ] || rm -rf "$CLUSTER"
}
trap stop EXIT

if [ -n "${DATABASE_URL:-}" ]; then
  SERVER=$DATABASE_URL
  URL=$(node -p 'const u = new URL(process.env.DATABASE_URL); u.pathname = "/'$NAME'"; u.href')
else
  BIN=$(postgres_bin) || fail "PostgreSQL is missing." "Install it (Debian: apt install postgresql)."
  CLUSTER=$(mktemp -d /tmp/firefighter-prepare-XXXXXX)
  if [ "$(id -u)" = 0 ]; then
    ACCOUNT=$(id -un postgres 2>/dev/null || echo nobody)
    RUN_AS=(setpriv --reuid "$ACCOUNT" --regid "$(id -g "$ACCOUNT")" --clear-groups)
    chown "$ACCOUNT" "$CLUSTER"
  fi
  (
    cd "$CLUSTER"
    "${RUN_AS[@]}" "$BIN/initdb" -D "$CLUSTER/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    "${RUN_AS[@]}" "$BIN/pg_ctl" start -w -s -D "$CLUSTER/data" -l "$CLUSTER/log" \
      -o "-c listen_addresses= -c fsync=off -k $CLUSTER"
  )
  SERVER="postgres://postgres@localhost/postgres?host=$CLUSTER"
  URL="postgres://postgres@localhost/$NAME?host=$CLUSTER"
fi

step "Migrating an empty database"
psql "$SERVER" -qX -v ON_ERROR_STOP=1 -c "DROP DATABASE IF EXISTS $NAME" -c "CREATE DATABASE $NAME"
for migration in migrations/*.sql; do psql "$URL" -qX -v ON_ERROR_STOP=1 -1 -f "$migration"; done

step "Asking it about every query"
FRESH=$(mktemp -d)
touch server/src/lib.rs tests/src/lib.rs
SQLX_OFFLINE=false DATABASE_URL=$URL SQLX_OFFLINE_DIR=$FRESH cargo check -p server -p tests --all-targets
mkdir -p .sqlx
rm -f .sqlx/query-*.json
cp "$FRESH"/query-*.json .sqlx/
rm -rf "$FRESH"
[ -n "$CLUSTER" ] || psql "$SERVER" -qX -c "DROP DATABASE $NAME"
note "$(find .sqlx -name 'query-*.json' | wc -l) queries in .sqlx"
