#!/usr/bin/env bash
# How long requests take and what they cost: a table, and target/bench/latest.json beside the run before.
#   make bench                                   1,000, 100,000 and 1,000,000 incidents; the databases are kept
#   BENCH=1000,100000 BENCH_CASES=incident_list make bench
# Further: BENCH_CONNECTIONS=1,16  BENCH_SECONDS=3  FF_BENCH_POSTGRES=<address of a PostgreSQL on this machine>.
# With BENCH_SITE=1 the browser's part is built for release, too, and its size is told.
source "$(dirname "$0")/common.sh"
export SQLX_OFFLINE=true
unset DATABASE_URL

scripts/setup.sh --tests
step "Building for release"
if [ -n "${BENCH_SITE:-}" ]; then cargo leptos build --release --split --precompress; else cargo build --release -p server; fi
cargo build --release -p tests --bin bench
step "Measuring"
FF_BIN=$PWD/$TARGET/release/firefighter "$TARGET/release/bench" --folder "$TARGET/bench"
