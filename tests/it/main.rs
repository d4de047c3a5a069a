//! Stories told by actors through the doors: the real binary, real PostgreSQL, stateful twins of the vendors.

mod api;
mod cli;
mod crash;
mod demo;
mod doors;
mod fence;
mod generate;
mod hostile;
mod migrations;
mod outage;
mod plans;
mod servers;
mod slack;
mod sql;
mod tree;
mod web;
