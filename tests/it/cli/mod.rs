//! What those who run FireFighter do at the command line.

mod doctor;
mod manifest;
mod schedules;
mod verify;
