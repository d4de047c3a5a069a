//! The harness: the vendors' twins, and their contracts.

pub mod contracts;
pub mod sandbox;
