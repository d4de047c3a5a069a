#!/usr/bin/env bash
# Everything that must hold: rules and doors, browser, format, lints. The first failure ends it. `--all`: also what is
# too long for every day.
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

# Each set of packages is named as it was built before: other sets have other features, and build much again.
timed "Tools" scripts/setup.sh --tests
timed "Build" cargo leptos build --split
timed "Rules" cargo test -p domain -p app -p server
timed "Front doors" cargo test -p tests
if [ "${1:-}" = --all ]; then timed "Pairs" cargo test -p tests --test it -- --ignored --nocapture pairs; fi
if [ -f end2end/package.json ]; then timed "Browser" browser; fi
timed "Format and lints" scripts/lint.sh
step "Everything holds"
