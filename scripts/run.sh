#!/usr/bin/env bash
# Builds and starts FireFighter on this machine; with --watch it is rebuilt on every change. Without a Slack token the
# sandbox plays Slack. Ctrl-C ends everything.
source "$(dirname "$0")/common.sh"
WATCH=${1:-}

scripts/setup.sh
mkdir -p "$DATA"

if [ -z "$(setting SLACK_BOT_TOKEN)" ]; then SANDBOX=yes; else SANDBOX=''; fi
step "Building (the first time takes minutes, later seconds)"
[ -z "$SANDBOX" ] || cargo build -p tests --bin sandbox
[ -n "$WATCH" ] || cargo leptos build --split

if [ ! -s "$DATA/secret-key" ]; then
  (umask 077 && head -c 48 /dev/urandom | base64 -w 0 >"$DATA/secret-key")
  note "made a SECRET_KEY in $DATA/secret-key"
fi

preset ENV dev
preset HTTP_BIND 127.0.0.1
preset HTTP_PORT "$(free_port 8000)"
HTTP_PORT=$(setting HTTP_PORT)
preset BASE_URL "http://localhost:$HTTP_PORT"
BASE_URL=$(setting BASE_URL)
preset SECRET_KEY "$(cat "$DATA/secret-key")"
preset LOG_LEVEL INFO
preset FF_DATA_DIR "$DATA"
# What cargo-leptos knows and the server asks for.
export LEPTOS_OUTPUT_NAME=firefighter LEPTOS_SITE_ROOT=target/site LEPTOS_SITE_PKG_DIR=pkg LEPTOS_HASH_FILES=true
export LEPTOS_SITE_ADDR="127.0.0.1:$HTTP_PORT"

CHILDREN=()
stop() {
  trap - EXIT INT TERM
  local child
  for child in "${CHILDREN[@]}"; do kill -TERM "$child" 2>/dev/null || true; done
  wait
}
trap stop EXIT
trap 'stop; exit 130' INT TERM

# answers URL: waits for it, as long as the last started child lives.
answers() {
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    kill -0 "${CHILDREN[-1]}" 2>/dev/null || fail "$2 ended before it answered." "Its last lines are above."
    sleep 0.1
  done
}

if [ -n "$SANDBOX" ]; then
  SANDBOX_PORT=$(free_port "${SANDBOX_PORT:-8100}")
  export SLACK_BOT_TOKEN=xoxb-sandbox SLACK_SIGNING_SECRET=sandbox-signing-secret
  # In a session of its own: Ctrl-C is ours to pass on, once.
  setsid "$TARGET/debug/sandbox" --port "$SANDBOX_PORT" --app-url "$BASE_URL" >"$DATA/sandbox.env" &
  CHILDREN+=($!)
  answers "$SANDBOX_PORT" "The sandbox"
  # It says where it plays Slack and where it serves its clock.
  until grep -q FF_CLOCK "$DATA/sandbox.env"; do sleep 0.05; done
  while IFS='=' read -r name value; do export "$name=$value"; done < <(grep -oE '(SLACK_API_URL|FF_CLOCK)=.*' "$DATA/sandbox.env")
  export FF_SANDBOX_URL="http://localhost:$SANDBOX_PORT"
fi

if [ -n "$WATCH" ]; then setsid cargo leptos watch --split & else setsid "$TARGET/debug/firefighter" serve & fi
CHILDREN+=($!)
# The port opens before the database is ready; a request waits in line until everything is.
answers "$HTTP_PORT" "FireFighter"
node -e 'fetch(process.argv[1], { signal: AbortSignal.timeout(120000) }).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))' \
  "http://127.0.0.1:$HTTP_PORT/api/v2/firefighter/monitoring/healthcheck" ||
  fail "FireFighter does not become healthy." "Its last lines are above."
kill -0 "${CHILDREN[-1]}" 2>/dev/null || fail "FireFighter ended before it answered." "Its last lines are above."

if [ -n "$SANDBOX" ]; then
  # So that announcements have a place to go. The sandbox begins anew with every start, and so do its channels' meanings.
  for pair in tech-incidents:tech_incidents it-deploy:it_deploy support:dev_firefighter; do
    "$TARGET/debug/firefighter" channel tag "${pair%:*}" "${pair#*:}" >/dev/null || note "could not tag ${pair%:*}"
  done
  # An empty desk says nothing; `make reset` takes all of it away again.
  LOG_LEVEL=ERROR "$TARGET/debug/firefighter" seed --demo || note "the ninety days could not be told"
fi

printf '\n%s\n' "${BOLD}  FireFighter   $BASE_URL${END}"
if [ -n "$SANDBOX" ]; then
  printf '%s\n' "${BOLD}  Slack         $FF_SANDBOX_URL${END}   played here; type /incident open" \
    "  Sign in as    anybody offered, password: sandbox"
fi
printf '%s\n\n' "  Ctrl-C ends everything; data stays in $DATA"
wait "${CHILDREN[-1]}"
