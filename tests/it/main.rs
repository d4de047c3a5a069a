//! Stories told by actors through the doors: the real binary, real PostgreSQL, stateful twins of the vendors.

mod api;
mod cli;
mod crash;
mod demo;
mod doors;
mod faults;
mod fence;
mod generate;
mod hostile;
mod migrations;
mod outage;
mod pairs;
mod plans;
mod probes;
mod servers;
mod slack;
mod sql;
mod stories;
mod takeover;
mod tree;
mod web;
