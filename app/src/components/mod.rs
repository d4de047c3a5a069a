//! The small parts of the look. Each draws what it is given; none reads, none decides.

mod bad_request;
mod field;
mod icon;
mod mark;
mod newer;
mod notice;
mod prose;
mod ruler;
mod text;

pub use bad_request::BadRequest;
pub use field::{CheckBox, ErrorText, Grouped, Options, area_text};
pub use icon::{Flame, Icon};
pub use mark::{Chip, Initials, Prio, PrivateChip, StateMark, Status};
pub use newer::{Newer, Stale};
pub use notice::{ErrorSummary, FieldsSummary, Waiting};
pub use prose::{Prose, Sections, Title};
pub use ruler::{RulerFull, RulerSmall};
pub use text::{Ago, Countdown, Due};
