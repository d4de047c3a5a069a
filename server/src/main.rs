//! The binary `firefighter`; what it can do is in [`server::cli`].

use std::process::ExitCode;

/// Pages are made of many small strings: with the allocator of the C library a third of a request's time goes there.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::cli::main()
}
