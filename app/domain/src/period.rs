//! Moments and periods as people write them: `2022/Q1`, `last_week`, `2 days ago - now`, `2024-05-01`.
//!
//! A moment stands for its whole day, week, month…; a period runs from the start of its first moment to the end of its
//! second one, both included. Years, quarters and weeks are ISO's: Monday first, a quarter is 13 weeks. Local times are
//! those of the zone handed in, so the rules need no time-zone table. (Spec 03 §11.)

use crate::Timestamp;
use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Timelike, Utc, Weekday,
};

/// The office's clock: local time ⇄ moment. Every time zone of `chrono` and `chrono-tz` is one.
pub trait Zone {
    /// What the clock on the wall says.
    fn local(&self, at: Timestamp) -> NaiveDateTime;
    /// The moment; the earlier of two when clocks go back, one hour on when the time does not exist.
    fn moment(&self, local: NaiveDateTime) -> Timestamp;
}

impl<Tz: TimeZone> Zone for Tz {
    fn local(&self, at: Timestamp) -> NaiveDateTime {
        at.with_timezone(self).naive_local()
    }

    fn moment(&self, local: NaiveDateTime) -> Timestamp {
        match self.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
            LocalResult::None => {
                let later = local.checked_add_signed(TimeDelta::hours(1)).unwrap_or(local);
                let at = self.from_local_datetime(&later).earliest();
                at.map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
            }
        }
    }
}

/// From … to, both included, to the microsecond; an open side is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Period {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// What may be said of a text that is no period.
pub const NOT_A_PERIOD: &str =
    "This is no time range. Try last_week, 2022/Q1, 2022/05/01 or 2022/05/01 - today.";

impl Period {
    /// `<moment>`, `<moment> - <moment>` or `<moment>-<moment>`. One unreadable side is open.
    ///
    /// # Errors
    /// A sentence: nothing readable, a week that the year does not have, or an end before the start.
    pub fn parse(text: &str, now: Timestamp, zone: &dyn Zone) -> Result<Self, String> {
        let reader = Reader { now: zone.local(now), zone };
        if let Some(span) = reader.span(text)? {
            return Ok(Period { from: Some(span.from), to: Some(span.to) });
        }
        let (first, second) = sides(text).ok_or(NOT_A_PERIOD)?;
        let (first, second) = (reader.span(first)?, reader.span(second)?);
        let period = Period { from: first.map(|s| s.from), to: second.map(|s| s.to) };
        match (period.from, period.to) {
            (None, None) => Err(NOT_A_PERIOD.into()),
            (Some(from), Some(to)) if from > to => {
                Err("The range ends before it starts. Swap the two sides.".into())
            }
            _ => Ok(period),
        }
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

/// A single point in time: ISO 8601, or `2024-05-01 14:30[:05]` in the given zone; a date alone is its midnight.
pub fn parse_instant(text: &str, zone: &dyn Zone) -> Option<Timestamp> {
    let text = normal(text);
    let (day, rest) = split_date(&text)?;
    let rest = rest.trim();
    if rest.is_empty() { Some(zone.moment(day.and_time(NaiveTime::MIN))) } else { time_of(day, rest, zone) }
}

/// `2024/05/01 14:30` in the given zone: how every door shows a time.
pub fn shown(at: Timestamp, zone: &dyn Zone) -> String {
    let local = zone.local(at);
    let date =
        [padded(local.year().unsigned_abs(), 4), padded(local.month(), 2), padded(local.day(), 2)].join("/");
    [&date, " ", &padded(local.hour(), 2), ":", &padded(local.minute(), 2)].concat()
}

/// `20240501` in the given zone.
pub fn compact_date(at: Timestamp, zone: &dyn Zone) -> String {
    let day = zone.local(at).date();
    [padded(day.year().unsigned_abs(), 4), padded(day.month(), 2), padded(day.day(), 2)].concat()
}

fn padded(number: u32, width: usize) -> String {
    let digits = number.to_string();
    let zeros = "0".repeat(width.saturating_sub(digits.len()));
    zeros + &digits
}

/// The two sides: around the only ` - `, else around the only `-`.
fn sides(text: &str) -> Option<(&str, &str)> {
    let once = |separator: &'static str| {
        let (first, second) = text.split_once(separator)?;
        (!second.contains(separator)).then_some((first, second))
    };
    once(" - ").or_else(|| once("-"))
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    from: Timestamp,
    to: Timestamp,
}

/// Whole days, before they get a zone.
type Dates = (NaiveDate, NaiveDate);

struct Reader<'a> {
    now: NaiveDateTime,
    zone: &'a dyn Zone,
}

impl Reader<'_> {
    /// What a moment stands for; `None` when it cannot be read.
    fn span(&self, text: &str) -> Result<Option<Span>, String> {
        let text = normal(text);
        if let Some(dates) = self.dates(&text)? {
            return Ok(self.whole(dates));
        }
        Ok(self.instant(&text).map(|at| Span { from: at, to: at }))
    }

    fn whole(&self, (first, last): Dates) -> Option<Span> {
        let after = last.checked_add_days(Days::new(1))?;
        let from = self.zone.moment(first.and_time(NaiveTime::MIN));
        let to = self
            .zone
            .moment(after.and_time(NaiveTime::MIN))
            .checked_sub_signed(TimeDelta::microseconds(1))?;
        Some(Span { from, to })
    }

    fn dates(&self, text: &str) -> Result<Option<Dates>, String> {
        if let Some(dates) = self.week_or_quarter(text)? {
            return Ok(Some(dates));
        }
        Ok(year(text)
            .or_else(|| split_date(text).and_then(|(day, rest)| rest.is_empty().then_some((day, day))))
            .or_else(|| numeric_month(text))
            .or_else(|| self.relative(text))
            .or_else(|| self.named(text)))
    }

    /// `2022/q1`, `2022q1`, `q1`, `2022/w07`, `w7`.
    fn week_or_quarter(&self, text: &str) -> Result<Option<Dates>, String> {
        let Some(at) = text.find(['q', 'w']) else { return Ok(None) };
        let (before, after) = text.split_at(at);
        let (kind, digits) = after.split_at(1);
        let year = match before.strip_suffix(['/', '-']).unwrap_or(before) {
            "" if before.is_empty() => self.now.date().iso_week().year(),
            digits => match four_digits(digits) {
                Some(year) => year,
                None => return Ok(None),
            },
        };
        if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(None);
        }
        let number: u32 = digits.parse().map_err(|_| NOT_A_PERIOD)?;
        if kind == "q" {
            return match number {
                1..=4 if digits.len() == 1 => Ok(quarter(year, number)),
                _ => Ok(None),
            };
        }
        match week(year, number) {
            Some(dates) => Ok(Some(dates)),
            None => {
                let words =
                    ["The year ", &year.to_string(), " has no week ", &number.to_string(), "."].concat();
                Err(words)
            }
        }
    }

    /// `last_week`, `today`, `3 days ago`, `last month`.
    fn relative(&self, text: &str) -> Option<Dates> {
        let today = self.now.date();
        let words: Vec<&str> = text.split([' ', '_']).filter(|w| !w.is_empty()).collect();
        match words.as_slice() {
            ["now" | "today"] => Some((today, today)),
            ["yesterday"] => back(today, "day", 1),
            ["tomorrow"] => today.succ_opt().map(|day| (day, day)),
            ["current" | "this", unit] => back(today, unit, 0),
            ["last" | "previous", unit] => back(today, unit, 1),
            ["a" | "an", unit, "ago"] => back(today, unit, 1),
            [count, unit, "ago"] => back(today, unit, count.parse().ok()?),
            _ => None,
        }
    }

    /// `may 2022`, `1 may`, `may 1, 2022`; without a year the current one.
    fn named(&self, text: &str) -> Option<Dates> {
        let words: Vec<&str> = text.split([' ', ',']).filter(|w| !w.is_empty()).collect();
        let at = words.iter().position(|w| month(w).is_some())?;
        let month = month(words[at])?;
        let (mut day, mut year) = (None, None);
        for word in words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, w)| w) {
            match four_digits(word) {
                Some(found) if year.is_none() => year = Some(found),
                Some(_) => return None,
                None if day.is_none() => day = Some(ordinal(word)?),
                None => return None,
            }
        }
        let year = year.unwrap_or_else(|| self.now.year());
        match day {
            Some(day) => NaiveDate::from_ymd_opt(year, month, day).map(|day| (day, day)),
            None => whole_month(NaiveDate::from_ymd_opt(year, month, 1)?),
        }
    }

    /// A day with a time, hours or minutes ago, or a unix timestamp.
    fn instant(&self, text: &str) -> Option<Timestamp> {
        if (9..=11).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            return DateTime::from_timestamp(text.parse().ok()?, 0);
        }
        if let Some((day, rest)) = split_date(text) {
            return time_of(day, rest.trim(), self.zone);
        }
        let words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).collect();
        if let [count, unit, "ago"] = words.as_slice() {
            let count: i64 = if matches!(*count, "a" | "an") { 1 } else { count.parse().ok()? };
            let unit = match unit.trim_end_matches('s') {
                "minute" => 60,
                "hour" => 3_600,
                _ => return None,
            };
            let back = TimeDelta::try_seconds(count.checked_mul(unit)?)?;
            return self.zone.moment(self.now).checked_sub_signed(back);
        }
        // A day in words with a time behind it: `yesterday 10:00`, `1 may 2022 10:00`.
        let clock = words.iter().position(|w| w.contains(':'))?;
        let day = words[..clock].join(" ");
        let (first, last) = self.relative(&day).or_else(|| self.named(&day))?;
        if first != last {
            return None;
        }
        time_of(first, &words[clock..].join(" "), self.zone)
    }
}

/// One space between words, lower case.
fn normal(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

fn four_digits(text: &str) -> Option<i32> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// `2022` the calendar year, `i2022` the ISO year.
fn year(text: &str) -> Option<Dates> {
    match text.strip_prefix('i') {
        Some(rest) => iso_year(four_digits(rest)?),
        None => {
            let year = four_digits(text)?;
            Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?))
        }
    }
}

/// `2022/05`, `2022-05`.
fn numeric_month(text: &str) -> Option<Dates> {
    let (year, month) = text.split_once(['/', '-'])?;
    let month = number(month)?;
    whole_month(NaiveDate::from_ymd_opt(four_digits(year)?, month, 1)?)
}

/// One or two digits.
fn number(text: &str) -> Option<u32> {
    ((1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn ordinal(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    matches!(&text[digits.len()..], "" | "st" | "nd" | "rd" | "th").then(|| number(digits))?
}

/// A leading `2022/05/01` (also `-` or `.`) and what stands behind it.
fn split_date(text: &str) -> Option<(NaiveDate, &str)> {
    let end = text.find([' ', 't']).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let separator = ['/', '-', '.'].into_iter().find(|c| date.matches(*c).count() == 2)?;
    let mut parts = date.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = NaiveDate::from_ymd_opt(four_digits(year)?, number(month)?, number(day)?)?;
    Some((date, rest.strip_prefix('t').unwrap_or(rest)))
}

/// `10:00`, `10:00:05.25`, each with `z`, `+02:00`, `+0200`, or a known abbreviation behind it.
fn time_of(day: NaiveDate, text: &str, zone: &dyn Zone) -> Option<Timestamp> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(text.len());
    let (clock, offset) = text.split_at(end);
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let (second, micros) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
            (number(whole)?, micros(fraction)?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let local = day.and_time(NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?);
    match offset.trim() {
        "" => Some(zone.moment(local)),
        offset => local.and_utc().checked_sub_signed(TimeDelta::minutes(offset_minutes(offset)?)),
    }
}

fn micros(fraction: &str) -> Option<u32> {
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
    six.parse().ok()
}

/// Minutes east of Greenwich.
fn offset_minutes(text: &str) -> Option<i64> {
    let hours = match text {
        "z" | "utc" | "gmt" | "wet" => 0,
        "cet" | "bst" | "west" => 1,
        "cest" | "eet" => 2,
        "eest" => 3,
        "jst" => 9,
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        _ => {
            let sign = match text.chars().next()? {
                '+' => 1,
                '-' => -1,
                _ => return None,
            };
            let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
            if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let (hours, minutes) = digits.split_at(2);
            let minutes: i64 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
            return Some(sign * (hours.parse::<i64>().ok()? * 60 + minutes));
        }
    };
    Some(hours * 60)
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.');
    if word == "sept" {
        return Some(9);
    }
    let at = MONTHS.iter().position(|name| *name == word || (word.len() == 3 && name.starts_with(word)))?;
    u32::try_from(at + 1).ok()
}

/// The day, week, month, quarter or year that lies so many of them back.
fn back(today: NaiveDate, unit: &str, count: u32) -> Option<Dates> {
    match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => today.checked_sub_days(Days::new(count.into())).map(|day| (day, day)),
        "week" => {
            let day = today.checked_sub_days(Days::new(u64::from(count) * 7))?;
            week(day.iso_week().year(), day.iso_week().week())
        }
        "month" => whole_month(today.with_day(1)?.checked_sub_months(Months::new(count))?),
        "quarter" => {
            let number =
                i64::from(today.iso_week().year()) * 4 + i64::from(quarter_of(today)) - 1 - i64::from(count);
            let year = i32::try_from(number.div_euclid(4)).ok()?;
            quarter(year, u32::try_from(number.rem_euclid(4)).ok()? + 1)
        }
        "year" => iso_year(today.iso_week().year().checked_sub(i32::try_from(count).ok()?)?),
        _ => None,
    }
}

fn whole_month(first: NaiveDate) -> Option<Dates> {
    Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))
}

/// Monday … Sunday.
pub fn week(year: i32, number: u32) -> Option<(NaiveDate, NaiveDate)> {
    let monday = NaiveDate::from_isoywd_opt(year, number, Weekday::Mon)?;
    Some((monday, monday.checked_add_days(Days::new(6))?))
}

fn last_week_of(year: i32) -> u32 {
    if NaiveDate::from_isoywd_opt(year, 53, Weekday::Mon).is_some() { 53 } else { 52 }
}

/// Weeks 13n−12 … 13n; the fourth one runs to the last week of the ISO year.
pub fn quarter(year: i32, number: u32) -> Option<(NaiveDate, NaiveDate)> {
    if !(1..=4).contains(&number) {
        return None;
    }
    let last = if number == 4 { last_week_of(year) } else { 13 * number };
    Some((week(year, 13 * number - 12)?.0, week(year, last)?.1))
}

/// Monday of week 1 … Sunday of the last week.
pub fn iso_year(year: i32) -> Option<(NaiveDate, NaiveDate)> {
    Some((week(year, 1)?.0, week(year, last_week_of(year))?.1))
}

/// 1…4: weeks 1–13, 14–26, 27–39, 40–53.
pub fn quarter_of(day: NaiveDate) -> u32 {
    ((day.iso_week().week() - 1) / 13 + 1).min(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;
    use proptest::prelude::*;

    /// Wednesday, 2022-11-16 09:30 in Paris.
    fn now() -> Timestamp {
        "2022-11-16T08:30:00Z".parse().expect("a moment")
    }

    fn paris() -> FixedOffset {
        FixedOffset::east_opt(3600).expect("one hour")
    }

    fn local(at: Timestamp) -> String {
        let local = paris().local(at);
        let text = local.to_string();
        text.strip_suffix(" 00:00:00").map(Into::into).unwrap_or(text)
    }

    /// `from … to` in local time; whole days as dates.
    fn read(text: &str) -> String {
        match Period::parse(text, now(), &paris()) {
            Err(words) => words,
            Ok(Period { from, to }) => {
                let from = from.map_or("open".into(), local);
                let to = to.map_or("open".into(), |to| {
                    let text = local(to);
                    text.strip_suffix(" 23:59:59.999999").map(Into::into).unwrap_or(text)
                });
                [from, to].join(" … ")
            }
        }
    }

    fn expect(rows: &[(&str, &str)]) {
        for (text, expected) in rows {
            assert_eq!(&read(text), expected, "{text}");
        }
    }

    // WEB-106: calendar and ISO years. WEB-113: year ends are ISO's, to the microsecond.
    #[test]
    fn years() {
        expect(&[
            ("2022", "2022-01-01 … 2022-12-31"),
            ("I2022", "2022-01-03 … 2023-01-01"),
            ("i2020", "2019-12-30 … 2021-01-03"),
            (" 2022 ", "2022-01-01 … 2022-12-31"),
        ]);
    }

    // WEB-107 WEB-113: quarters and weeks with and without year, W53 only where the year has it.
    #[test]
    fn quarters_and_weeks() {
        expect(&[
            ("2022/Q1", "2022-01-03 … 2022-04-03"),
            ("2022Q1", "2022-01-03 … 2022-04-03"),
            ("2023-Q4", "2023-10-02 … 2023-12-31"),
            ("2020/Q4", "2020-09-28 … 2021-01-03"),
            ("Q2", "2022-04-04 … 2022-07-03"),
            ("2022/W52", "2022-12-26 … 2023-01-01"),
            ("2022/w07", "2022-02-14 … 2022-02-20"),
            ("W1", "2022-01-03 … 2022-01-09"),
            ("2020/W53", "2020-12-28 … 2021-01-03"),
            ("2022/W53", "The year 2022 has no week 53."),
            ("2022/W53 - 2023", "The year 2022 has no week 53."),
            ("W54", "The year 2022 has no week 54."),
            ("Q5", NOT_A_PERIOD),
        ]);
        let end = Period::parse("2022/Q1", now(), &paris()).expect("a quarter").to.expect("an end");
        assert_eq!(local(end), "2022-04-03 23:59:59.999999");
    }

    // WEB-108: keywords, `last_` and `previous_` alike.
    #[test]
    fn relative_keywords() {
        expect(&[
            ("current_week", "2022-11-14 … 2022-11-20"),
            ("last_week", "2022-11-07 … 2022-11-13"),
            ("previous_week", "2022-11-07 … 2022-11-13"),
            ("current_quarter", "2022-10-03 … 2023-01-01"),
            ("last_quarter", "2022-07-04 … 2022-10-02"),
            ("previous_quarter", "2022-07-04 … 2022-10-02"),
            ("last month", "2022-10-01 … 2022-10-31"),
            ("5 quarters ago", "2021-07-05 … 2021-10-03"),
            ("last_fortnight", NOT_A_PERIOD),
        ]);
    }

    // WEB-109: natural language and ISO dates, a lone one too; granularity decides the span.
    #[test]
    fn natural_language_and_dates() {
        expect(&[
            ("now", "2022-11-16 … 2022-11-16"),
            ("today", "2022-11-16 … 2022-11-16"),
            ("Yesterday", "2022-11-15 … 2022-11-15"),
            ("3 days ago", "2022-11-13 … 2022-11-13"),
            ("2 weeks ago", "2022-10-31 … 2022-11-06"),
            ("last year", "2021-01-04 … 2022-01-02"),
            ("2 hours ago", "2022-11-16 07:30:00 … 2022-11-16 07:30:00"),
            ("an hour ago", "2022-11-16 08:30:00 … 2022-11-16 08:30:00"),
            ("May 2022", "2022-05-01 … 2022-05-31"),
            ("may 1", "2022-05-01 … 2022-05-01"),
            ("1 jan", "2022-01-01 … 2022-01-01"),
            ("1st sept. 2021", "2021-09-01 … 2021-09-01"),
            ("2022-05-01", "2022-05-01 … 2022-05-01"),
            ("2022/5/1", "2022-05-01 … 2022-05-01"),
            ("2022-05", "2022-05-01 … 2022-05-31"),
            ("2022-02-30", NOT_A_PERIOD),
            ("whenever", NOT_A_PERIOD),
            ("", NOT_A_PERIOD),
        ]);
    }

    // WEB-110: times, zones and unix timestamps are instants.
    #[test]
    fn timestamps_and_zones() {
        expect(&[
            ("2022/05/01 10:00", "2022-05-01 10:00:00 … 2022-05-01 10:00:00"),
            ("2022-05-01T10:00:05.25Z", "2022-05-01 11:00:05.250 … 2022-05-01 11:00:05.250"),
            ("2022-05-01T10:00-05:00", "2022-05-01 16:00:00 … 2022-05-01 16:00:00"),
            ("2022/05/01 10:00 UTC", "2022-05-01 11:00:00 … 2022-05-01 11:00:00"),
            ("2022/05/01 10:00 EST", "2022-05-01 16:00:00 … 2022-05-01 16:00:00"),
            ("1651399200", "2022-05-01 11:00:00 … 2022-05-01 11:00:00"),
            ("yesterday 10:00", "2022-11-15 10:00:00 … 2022-11-15 10:00:00"),
            ("2022/05/01 25:00", NOT_A_PERIOD),
        ]);
    }

    // WEB-111: two moments around ` - ` or a single `-`.
    #[test]
    fn two_moments() {
        expect(&[
            ("2022/Q1 - 2022/Q2", "2022-01-03 … 2022-07-03"),
            ("2021/Q4-2022/Q1", "2021-10-04 … 2022-04-03"),
            ("2022/Q1 - May 2022", "2022-01-03 … 2022-05-31"),
            ("2 days ago - now", "2022-11-14 … 2022-11-16"),
            ("2022-05-01 - 2022-05-03", "2022-05-01 … 2022-05-03"),
            ("2022-05-01-2022-05-03", NOT_A_PERIOD),
        ]);
    }

    // WEB-112: one unreadable side is open, both are an error, an inverted range is an error.
    #[test]
    fn open_and_inverted_ranges() {
        expect(&[
            ("2022 - someday", "2022-01-01 … open"),
            ("someday - 2022", "open … 2022-12-31"),
            (" - 2022", "open … 2022-12-31"),
            ("this - that", NOT_A_PERIOD),
            ("2022 - 2021", "The range ends before it starts. Swap the two sides."),
        ]);
    }

    #[test]
    fn instants_and_how_they_are_shown() {
        let at = parse_instant("2024-05-01 14:30", &paris()).expect("a time");
        assert_eq!(at, parse_instant("2024-05-01T13:30:00Z", &paris()).expect("the same time"));
        assert_eq!(shown(at, &paris()), "2024/05/01 14:30");
        assert_eq!(compact_date(at, &paris()), "20240501");
        assert_eq!(
            parse_instant("2024-05-01", &Utc).map(|t| shown(t, &Utc)),
            Some("2024/05/01 00:00".into())
        );
        assert_eq!(parse_instant("14:30", &Utc), None);
    }

    #[test]
    fn every_day_lies_in_its_quarter_week_and_iso_year() {
        let mut day = NaiveDate::from_ymd_opt(2018, 1, 1).expect("a date");
        while day.year() < 2030 {
            let iso = day.iso_week();
            for (first, last) in
                [quarter(iso.year(), quarter_of(day)), week(iso.year(), iso.week()), iso_year(iso.year())]
                    .map(|dates| dates.expect("exists"))
            {
                assert!(first <= day && day <= last, "{day}");
            }
            day = day.succ_opt().expect("far from the end");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_never_inverts(text in "[0-9a-zA-Z/:. +_-]{0,30}|.{0,30}") {
            if let Ok(Period { from: Some(from), to: Some(to) }) = Period::parse(&text, now(), &paris()) {
                prop_assert!(from <= to);
            }
            let _ = parse_instant(&text, &paris());
        }
    }
}
