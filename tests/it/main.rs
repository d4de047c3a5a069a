//! Stories told by actors through the doors: the real binary, real PostgreSQL, stateful twins of the vendors.

mod crash;
mod slack;
mod tree;
mod web;
