//! The words and rules of the product: pure, without IO, clock or SQL; native and in the browser.
//!
//! | word | meaning |
//! |---|---|
//! | incident | something is broken; declared once, through any door |
//! | update | one entry of an incident's timeline: a message, changed fields, or a key event |
//! | milestone | a key event (started, detected, declared, recovered…) with its time |
//! | metric | the duration between two milestones |
//! | role | who leads, who communicates… on one incident |
//! | caller | who asks, through which door, with which permissions |
//! | plan | what an operation would change, decided from state + request + reference data + time |
//! | refusal | why an operation may not happen, with a code and a sentence |

pub mod access;
pub mod catalog;
pub mod category;
pub mod error;
pub mod ids;
pub mod incident;
pub mod past;
pub mod period;
pub mod query;
pub mod text;
pub mod view;

pub use access::{Actor, Caller, Origin, Permission, Permissions, Viewer};
pub use error::{Conflict, Error, FieldCode, FieldError, FieldErrors, Refusal, Result};
pub use ids::*;

/// A moment of product time.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
