#!/usr/bin/env bash
# Format and lints. `frontend` goes alone: compiled together with native packages, features unify.
source "$(dirname "$0")/common.sh"
cargo fmt --check
cargo clippy --all-targets -- -D warnings
cargo clippy -p frontend --target wasm32-unknown-unknown -- -D warnings
# Scripts of the pages and the stories about them; only where what the browser tests need is installed.
if [ -x end2end/node_modules/.bin/tsc ]; then end2end/node_modules/.bin/tsc -p end2end; fi
