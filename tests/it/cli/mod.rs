//! What those who run FireFighter do at the command line.

mod doctor;
mod erase;
mod manifest;
mod schedules;
mod settings;
mod verify;
