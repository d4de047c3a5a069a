//! What those who run FireFighter do at the command line.

mod schedules;
mod verify;
