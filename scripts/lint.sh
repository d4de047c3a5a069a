#!/usr/bin/env bash
# Format and lints. `frontend` goes alone: compiled together with native packages, features unify.
source "$(dirname "$0")/common.sh"
cargo fmt --check
cargo clippy --all-targets -- -D warnings
cargo clippy -p frontend --target wasm32-unknown-unknown -- -D warnings
