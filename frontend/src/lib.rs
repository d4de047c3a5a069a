//! wasm entry.
