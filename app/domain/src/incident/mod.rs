//! An incident's life as pure rules.
//!
//! Doors turn what people typed into [`RawDeclaration`] or [`RawUpdate`]; `parse` collects every wrong field at once.
//! An operation reads a [`State`] under its lock and asks it to `plan`: the plan says exactly what to store, or why
//! not. Nothing here reads a clock or a database, so the same rules drive forms in the browser.
//!
//! | file | holds |
//! |---|---|
//! | `words` | title, description, message and their limits |
//! | `status` | the six states and the only table of transitions |
//! | `impact`, `assessment` | levels, suggested priority; assessing again |
//! | `declaration` | what declaring takes, and the plan of a new incident |
//! | `update` | what may change at once |
//! | `state` | the facts of an incident; conflicts, and the plan of an update |
//! | `promise` | when the next update is promised for |
//! | `correction` | other words for what was said |
//! | `closure` | reasons for closing early; what still stands before closing |
//! | `gate` | what closing takes now, where it is put right; a declaration taken back |
//! | `milestone`, `metric`, `role` | key events, durations between them, who does what |
//! | `cost`, `cost_change`, `tag` | what it costs, and words to find it again |
//! | `filter` | the query string of lists, statistics and the API |
//! | `naming` | names for people, channels and tickets |

mod assessment;
mod closure;
mod correction;
mod cost;
mod cost_change;
mod declaration;
mod filter;
mod gate;
mod impact;
pub mod metric;
pub mod milestone;
pub mod naming;
pub mod promise;
mod role;
mod state;
mod status;
pub mod tag;
mod update;
mod words;

pub use assessment::*;
pub use closure::*;
pub use correction::Correction;
pub use cost::*;
pub use cost_change::{CostChange, RawCostChange, not_by_hand};
pub use declaration::*;
pub use filter::*;
pub use gate::*;
pub use impact::*;
pub use metric::{Disagreement, MetricValue, disagreeing, human_duration};
pub use milestone::{KeyEvents, KeyEventsPlan, Marker, Milestone, MilestoneChange, Milestones};
pub use promise::Promised;
pub use role::*;
pub use state::*;
pub use status::*;
pub use tag::{Tag, TagPlan, parse_tags, plan_tags};
pub use update::*;
pub use words::*;
