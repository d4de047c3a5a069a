#!/usr/bin/env bash
# Every page as it looks – desktop and phone, dark and light – into end2end/pictures, which git ignores.
source "$(dirname "$0")/common.sh"

scripts/setup.sh --tests
step "Building"
cargo leptos build --split
cargo build -p tests --bin sandbox
step "Taking pictures"
CHROMIUM=$(chromium_path) TARGET=$TARGET npx --prefix end2end --no-install playwright test --config end2end --project=pictures
note "they are in end2end/pictures"
