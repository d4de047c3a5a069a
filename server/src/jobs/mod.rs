//! What must happen outside: jobs, inserted in the transaction of their cause, run by any worker of any server.
//!
//! - *In order.* A job's place is given once, under the lock of its incident; a lane (one surface of one incident)
//!   runs one job at a time, lowest place first.
//! - *Once.* `once_key` is unique for ever; equal waiting reconciles are merged when one is claimed.
//! - *Waiting is not failing.* 429 and outages are pauses shared by all servers and count no try.
//! - *On time.* One server leads the schedules ([`schedule`]) and inserts what is due, once for each tick.
//! - *Every job ends*: done, merged, dropped (with the reason) or parked (needs a person; Retry).

pub mod job;
pub mod pace;
pub mod queue;
pub mod retry;
pub mod schedule;
pub mod worker;

pub use job::{CoreJob, Done, Job, JobError, Run, SlackJob};
pub use retry::{give_up, retry};
