//! Incident categories as a list: what it can be asked, and how often things fail (MTBF). (Spec 03 §12, 01 §14.1.)

use crate::incident::Typed;
use crate::period::{Period, Zone};
use crate::{CategoryId, FieldCode, FieldErrors, GroupId, Timestamp, query};
use chrono::TimeDelta;

/// Categories on a page; a last page takes up to [`ORPHANS`] more.
pub const PER_PAGE: usize = 150;
pub const ORPHANS: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Name,
    Group,
    Mtbf,
    Count,
}

impl Column {
    pub const ALL: [Column; 4] = [Column::Name, Column::Group, Column::Mtbf, Column::Count];

    /// As in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Column::Name => "name",
            Column::Group => "group",
            Column::Mtbf => "mtbf",
            Column::Count => "incident_count",
        }
    }
}

/// What the list of categories is asked. Unknown parameters and empty values are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Categories {
    pub search: Option<String>,
    /// Both ends, the later one not after now.
    pub period: Option<Typed<(Timestamp, Timestamp)>>,
    pub group: Vec<GroupId>,
    pub id: Option<CategoryId>,
    pub private: Option<bool>,
    /// Absent: by group and category order.
    pub sort: Option<(Column, Descending)>,
    /// From 1.
    pub page: Option<usize>,
}

pub type Descending = bool;

impl Categories {
    /// Reads a query string, with or without `?`.
    ///
    /// # Errors
    /// Every wrong value under its parameter's name.
    pub fn parse(text: &str, now: Timestamp, zone: &dyn Zone) -> Result<Self, FieldErrors> {
        let (mut asked, mut errors) = (Categories::default(), FieldErrors::default());
        for (name, value) in query::pairs(text) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            if let Err((code, words)) = asked.set(&name, value, now, zone) {
                errors.push(name, code, words);
            }
        }
        asked.group.sort();
        asked.group.dedup();
        errors.finish(Some(asked))
    }

    fn set(
        &mut self,
        name: &str,
        value: &str,
        now: Timestamp,
        zone: &dyn Zone,
    ) -> Result<(), (FieldCode, String)> {
        let unknown = |_| (FieldCode::Invalid, "Not an id.".to_owned());
        match name {
            "search" if value.contains('\0') => {
                return Err((FieldCode::Invalid, "Contains a null character. Remove it.".into()));
            }
            "search" => self.search = Some(value.to_owned()),
            "metrics_period" => {
                let period = closed(value, now, zone).map_err(|words| (FieldCode::Invalid, words))?;
                self.period = Some(Typed { text: value.to_owned(), value: period });
            }
            "group" => self.group.push(value.parse().map_err(unknown)?),
            "id" => self.id = Some(value.parse().map_err(|_| (FieldCode::Invalid, "Not an id.".to_owned()))?),
            "private" => self.private = Some(matches!(value, "true" | "1" | "True")),
            "sort" => {
                let (key, falls) = value.strip_prefix('-').map_or((value, false), |key| (key, true));
                self.sort = Column::ALL.into_iter().find(|c| c.as_str() == key).map(|column| (column, falls));
            }
            "page" => match value.parse() {
                Ok(page) if page > 0 => self.page = Some(page),
                _ => return Err((FieldCode::Invalid, "There is no such page.".into())),
            },
            _ => {}
        }
        Ok(())
    }

    /// The same without order and page, in one spelling.
    pub fn base(&self) -> String {
        let mut text = String::new();
        let mut push = |name: &str, value: &str| query::push(&mut text, name, value);
        if let Some(search) = &self.search {
            push("search", search);
        }
        if let Some(period) = &self.period {
            push("metrics_period", &period.text);
        }
        self.group.iter().for_each(|id| push("group", &id.to_string()));
        if let Some(id) = self.id {
            push("id", &id.to_string());
        }
        if let Some(private) = self.private {
            push("private", if private { "true" } else { "false" });
        }
        text
    }
}

/// A period with two ends: what is to come has not failed yet, so it ends now at the latest.
fn closed(text: &str, now: Timestamp, zone: &dyn Zone) -> Result<(Timestamp, Timestamp), String> {
    match Period::parse(text, now, zone)? {
        Period { from: Some(from), to: Some(_) } if from >= now => {
            Err("The range begins in the future. Choose one that began already.".into())
        }
        Period { from: Some(from), to: Some(to) } => Ok((from, to.min(now))),
        _ => Err("The range is open on one side. Give both: 2026/Q1, or 1 may - today.".into()),
    }
}

/// Mean time between failures: the time without one, divided by how many there were. Without any there is none;
/// incidents that nobody measured took no time.
pub fn mtbf(period: (Timestamp, Timestamp), downtime: TimeDelta, incidents: i64) -> Option<TimeDelta> {
    let uptime = (period.1 - period.0 - downtime).num_microseconds()?;
    (incidents > 0).then(|| TimeDelta::microseconds(uptime / incidents))
}

/// `3:04:05`, `1 day, 0:00:00`, `-2 days, 3:04:05`: to the second.
pub fn clock(duration: TimeDelta) -> String {
    let seconds =
        duration.num_microseconds().map_or_else(|| duration.num_seconds(), |us| us.div_euclid(1_000_000));
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (hours, minutes, seconds) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let time = format!("{hours}:{minutes:02}:{seconds:02}");
    match days {
        0 => time,
        1 | -1 => format!("{days} day, {time}"),
        _ => format!("{days} days, {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn parse(text: &str) -> Result<Categories, FieldErrors> {
        Categories::parse(text, at("2026-10-14T12:00:00Z"), &Utc)
    }

    // CORE-141 CORE-142: uptime over count; what is to come does not count; incidents without a metric took no time.
    #[test]
    fn the_time_between_failures_is_uptime_over_their_number() {
        let period = (at("2026-10-01T00:00:00Z"), at("2026-10-11T00:00:00Z"));
        let hours = TimeDelta::hours;
        assert_eq!(mtbf(period, hours(40), 4), Some(hours(50)));
        assert_eq!(mtbf(period, hours(0), 4), Some(hours(60)));
        assert_eq!(mtbf(period, hours(0), 0), None);
        let asked = parse("metrics_period=2026/10/01 - 2026/12/31").expect("a period");
        assert_eq!(
            asked.period.expect("a period").value,
            (at("2026-10-01T00:00:00Z"), at("2026-10-14T12:00:00Z"))
        );
    }

    // CORE-143: an open side, or a range that has not begun, is told at the field.
    #[test]
    fn an_open_range_is_told() {
        for (text, words) in [
            ("metrics_period=2026/10/01 - nothing", "open on one side"),
            ("metrics_period=nothing - 2026/10/01", "open on one side"),
            ("metrics_period=2027/Q1", "begins in the future"),
            ("metrics_period=whenever", "no time range"),
        ] {
            let errors = parse(text).expect_err("refused");
            let told = errors.of("metrics_period").unwrap_or_default();
            assert!(told.contains(words), "{text}: {told}");
        }
    }

    // WEB-116: hours alone, or days and hours; no fraction.
    #[test]
    fn durations_are_written_to_the_second() {
        for (duration, text) in [
            (TimeDelta::milliseconds(11_045_900), "3:04:05"),
            (TimeDelta::days(1), "1 day, 0:00:00"),
            (TimeDelta::hours(50), "2 days, 2:00:00"),
            (TimeDelta::zero(), "0:00:00"),
        ] {
            assert_eq!(clock(duration), text);
        }
    }

    #[test]
    fn what_is_asked_is_written_back_in_one_spelling() {
        let id = "13a1b0b2-9ff9-4c2b-b665-f497102459d7";
        let asked = parse(&format!("page=2&group={id}&sort=-mtbf&search= cards &group={id}&x=y&private=1"))
            .expect("fine");
        assert_eq!(asked.base(), format!("search=cards&group={id}&private=true"));
        assert_eq!((asked.sort, asked.page), (Some((Column::Mtbf, true)), Some(2)));
        let errors = parse("group=x&id=y&page=0").expect_err("refused");
        assert_eq!(errors.0.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["group", "id", "page"]);
    }
}
