//! The harness: the product under test, the vendors' twins, and their contracts.

pub mod app;
pub mod contracts;
pub mod sandbox;
