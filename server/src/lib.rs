//! The server: doors (Slack, REST, web, command line), operations, jobs and vendors.
//!
//! A door parses, authorises, calls one operation, renders. An operation decides by a pure plan of `domain`, writes,
//! and commits with a [`change::Change`]; history and follow-up jobs are part of that commit. Jobs call vendors.

pub mod api;
pub mod catalog;
pub mod change;
pub mod cli;
pub mod clock;
pub mod consequences;
pub mod context;
pub mod db;
pub mod demo;
pub mod doctor;
pub mod failure;
pub mod fault;
pub mod generate;
pub mod history;
pub mod http;
pub mod incidents;
pub mod jobs;
mod kept;
pub mod listen;
pub mod live;
pub mod looks;
pub mod settings;
pub mod slack;
pub mod telemetry;
pub mod told;
pub mod users;
pub mod web;
pub mod write;
