#!/usr/bin/env bash
# Everything that must hold: rules and doors, browser, format, lints. The first failure ends it.
source "$(dirname "$0")/common.sh"
export SQLX_OFFLINE=true
unset DATABASE_URL

timed() {
  local began=$SECONDS
  step "$1"
  shift
  "$@"
  note "took $((SECONDS - began)) s"
}

browser() {
  CHROMIUM=$(chromium_path) TARGET=$TARGET npx --prefix end2end --no-install playwright test --config end2end
}

timed "Tools" scripts/setup.sh --tests
timed "Build" cargo leptos build
timed "Tests' build" cargo test --no-run
timed "Rules and doors" cargo test
if [ -f end2end/package.json ]; then timed "Browser" browser; fi
timed "Format and lints" scripts/lint.sh
step "Everything holds"
