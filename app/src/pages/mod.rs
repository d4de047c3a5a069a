//! One file per page: what it asks of the server, what it shows, its forms.

pub mod categories;
pub mod dashboard;
pub mod incidents;
pub mod login;
pub mod previews;
