//! The ruler: an incident drawn to scale, from Started to the promised next update.
//!
//! [`Ruler::lay_out`] turns moments into places, so that the drawing in the page is arithmetic-free and the same for
//! the page, the dashboard and print. Places are per mille of the width.

use crate::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What the page draws.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ruler {
    /// All of it in one sentence, for those who do not see it.
    pub label: String,
    pub ticks: Vec<Tick>,
    pub bands: Vec<Band>,
    pub flags: Vec<Flag>,
    pub dots: Vec<Dot>,
    /// Where now is; `None` when it is over, and in the past.
    pub now: Option<i32>,
    /// In the past: the moment that is shown, and how far the line goes on. What happened there is hidden.
    pub past: Option<Flag>,
    pub hidden_until: Option<i32>,
    /// The second (Unix time) at the left margin, and how many lie between the margins.
    pub from: i64,
    pub seconds: i64,
    pub promised: Option<Flag>,
    /// Captions of the small form.
    pub left: String,
    pub right: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    pub at: i32,
    pub text: String,
}

/// A stretch of one status; status 0 is the impact before anybody declared it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Band {
    pub from: i32,
    pub to: i32,
    pub status: i32,
    pub label: String,
    /// "Investigating, 19 min"
    pub title: String,
}

/// A key event, or the promise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    pub at: i32,
    pub name: String,
    pub time: String,
}

/// What somebody said, a link to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dot {
    pub at: i32,
    pub label: String,
    /// Id of the timeline entry.
    pub entry: String,
    /// When it was written down, as `?at=` says it.
    pub moment: String,
}

/// What is to be drawn, in moments.
#[derive(Debug, Clone, Default)]
pub struct RulerFacts {
    /// Key events in order of time; the first may lie before the declaration.
    pub events: Vec<(Timestamp, String)>,
    /// Each status with its number and word, from when it held. The first one begins with the declaration.
    pub statuses: Vec<(Timestamp, i32, String)>,
    pub said: Vec<Spoken>,
    pub promised: Option<Timestamp>,
    /// In the past: where the line ends today.
    pub past_until: Option<Timestamp>,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    pub at: Timestamp,
    /// In words: "update by Ines Okafor".
    pub label: String,
    /// Id of the timeline entry.
    pub entry: String,
    /// When it was written down, as `?at=` says it.
    pub moment: String,
}

/// Distances between ticks: the shortest that gives at most eight of them.
const STEPS_MINUTES: [i64; 15] =
    [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880, 10_080, 43_200, 525_600];
impl Ruler {
    /// Room left and right, per mille of the drawing.
    pub const MARGIN: i32 = 28;

    /// Lays the facts out on a line that ends now or at the promise; at the last status when it is closed (`60`).
    /// `say` words a moment as it is said in the page (`14:09`, or with the day when the line is long).
    pub fn lay_out(facts: &RulerFacts, now: Timestamp, say: impl Fn(Timestamp) -> String) -> Ruler {
        let Some((declared, ..)) = facts.statuses.first() else { return Ruler::default() };
        let last = facts.statuses.last();
        let closed = last.filter(|(_, status, _)| *status >= 60).map(|(at, ..)| *at);
        let lasts_until = closed.unwrap_or(now);
        let start =
            facts.events.iter().map(|(at, _)| *at).min().map_or(*declared, |first| first.min(*declared));
        let promised = facts.promised.filter(|at| closed.is_none() && *at > now);
        let end = facts.past_until.map(|until| until.max(now));
        let promised = promised.filter(|at| end.is_none_or(|end| *at <= end));
        let scale = Scale::between(start, end.or(promised).unwrap_or(lasts_until));

        let mut bands = Vec::new();
        if start < *declared {
            let title = format!("Impact before anybody declared it, {}", length(*declared - start));
            bands.push(Band {
                from: scale.place(start),
                to: scale.place(*declared),
                title,
                ..Band::default()
            });
        }
        for (i, (from, status, word)) in facts.statuses.iter().enumerate() {
            let until = facts.statuses.get(i + 1).map_or(lasts_until, |(next, ..)| *next);
            if until <= *from {
                continue;
            }
            let so_far = if i + 1 == facts.statuses.len() && closed.is_none() { " so far" } else { "" };
            let title = format!("{word}, {}{so_far}", length(until - *from));
            bands.push(Band {
                from: scale.place(*from),
                to: scale.place(until),
                status: *status,
                label: word.clone(),
                title,
            });
        }
        let flag =
            |at: &Timestamp, name: &str| Flag { at: scale.place(*at), name: name.into(), time: say(*at) };
        let flags: Vec<_> = facts.events.iter().map(|(at, name)| flag(at, name)).collect();
        let dots = facts.said.iter().map(|said| Dot {
            at: scale.place(said.at),
            label: format!("{} {}", say(said.at), said.label),
            entry: said.entry.clone(),
            moment: said.moment.clone(),
        });
        let past = end.map(|_| flag(&now, ""));
        let promised = promised.map(|at| flag(&at, "Promised"));

        let mut told: Vec<String> =
            flags.iter().map(|f| format!("{} {}", f.name.to_lowercase(), f.time)).collect();
        told.extend(
            facts
                .statuses
                .iter()
                .skip(1)
                .map(|(at, _, word)| format!("{} from {}", word.to_lowercase(), say(*at))),
        );
        let running = closed.is_none() && past.is_none();
        told.extend(running.then(|| format!("now {}", say(now))));
        told.extend(past.iter().map(|past| format!("as it was at {}", past.time)));
        told.extend(promised.iter().map(|p| format!("next update promised for {}", p.time)));
        let right = match (&promised, closed) {
            _ if past.is_some() => format!("as it was at {}", say(now)),
            (Some(p), _) => format!("promised {}", p.time),
            (None, Some(at)) => format!("closed {}", say(at)),
            (None, None) => format!("now {}", say(now)),
        };
        Ruler {
            label: format!("The incident to scale: {}.", told.join(", ")),
            ticks: scale.ticks(&say),
            bands,
            left: flags.first().map_or_else(String::new, |f| format!("{} {}", f.name, f.time)),
            flags,
            dots: dots.collect(),
            now: running.then(|| scale.place(now)),
            past,
            hidden_until: end.map(|end| scale.place(end)),
            from: scale.start.timestamp(),
            seconds: scale.seconds,
            promised,
            right,
        }
    }

    /// There is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }
}

struct Scale {
    start: Timestamp,
    seconds: i64,
}

impl Scale {
    fn between(start: Timestamp, end: Timestamp) -> Self {
        Scale { start, seconds: (end - start).num_seconds().max(60) }
    }

    fn place(&self, at: Timestamp) -> i32 {
        let margin = i64::from(Ruler::MARGIN);
        let inner = (at - self.start).num_seconds() * (1000 - 2 * margin) / self.seconds;
        i32::try_from((margin + inner).clamp(0, 1000)).expect("clamped")
    }

    fn ticks(&self, say: impl Fn(Timestamp) -> String) -> Vec<Tick> {
        let steps = || STEPS_MINUTES.iter().map(|minutes| minutes * 60);
        let step = steps().find(|step| self.seconds / step <= 8).or(steps().next_back()).unwrap_or(60);
        let first = self.start.timestamp().div_euclid(step) * step + step;
        let ends = self.start.timestamp() + self.seconds;
        (0..)
            .map(|n| first + n * step)
            .take_while(|at| *at <= ends)
            .filter_map(|at| Timestamp::from_timestamp(at, 0))
            .map(|at| Tick { at: self.place(at), text: say(at) })
            .collect()
    }
}

/// A length of time in the two largest units: "51 min", "1 h 15 min", "3 days".
fn length(delta: TimeDelta) -> String {
    let (days, hours, minutes) = (delta.num_days(), delta.num_hours() % 24, delta.num_minutes() % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "under a minute".into(),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (1, 0, _) => "1 day".into(),
        (1, h, _) => format!("1 day {h} h"),
        (d, _, _) => format!("{d} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(clock: &str) -> Timestamp {
        format!("2026-10-14T{clock}:00Z").parse().expect("a time")
    }

    fn say(at: Timestamp) -> String {
        at.format("%H:%M").to_string()
    }

    fn facts() -> RulerFacts {
        RulerFacts {
            events: vec![(at("14:02"), "Started".into()), (at("14:09"), "Declared".into())],
            statuses: vec![(at("14:09"), 10, "Open".into()), (at("14:12"), 20, "Investigating".into())],
            said: vec![Spoken {
                at: at("14:18"),
                label: "update by Ines Okafor".into(),
                entry: "e-1".into(),
                moment: "2026-10-14T14:18:00Z".into(),
            }],
            promised: Some(at("15:05")),
            past_until: None,
        }
    }

    #[test]
    fn it_runs_from_the_first_event_to_the_promise() {
        let ruler = Ruler::lay_out(&facts(), at("14:53"), say);
        assert_eq!(ruler.flags[0].at, 28);
        assert_eq!(ruler.promised.as_ref().map(|p| p.at), Some(972));
        assert_eq!(ruler.bands.iter().map(|b| b.status).collect::<Vec<_>>(), [0, 10, 20]);
        assert!(
            ruler.bands.windows(2).all(|pair| pair[0].to == pair[1].from),
            "bands touch: {:?}",
            ruler.bands
        );
        assert_eq!(ruler.bands[2].title, "Investigating, 41 min so far");
        assert_eq!(ruler.bands.last().map(|b| b.to), ruler.now);
        assert_eq!(
            ruler.ticks.iter().map(|t| t.text.as_str()).collect::<Vec<_>>(),
            ["14:10", "14:20", "14:30", "14:40", "14:50", "15:00"]
        );
        assert_eq!(
            ruler.label,
            "The incident to scale: started 14:02, declared 14:09, investigating from 14:12, now 14:53, next update promised for 15:05."
        );
    }

    #[test]
    fn a_closed_one_ends_with_its_closing() {
        let mut facts = facts();
        facts.statuses.push((at("14:40"), 60, "Closed".into()));
        let ruler = Ruler::lay_out(&facts, at("20:00"), say);
        assert_eq!((ruler.now, ruler.promised), (None, None));
        assert_eq!(ruler.bands.last().map(|b| (b.status, b.to)), Some((20, 972)));
        assert_eq!(ruler.right, "closed 14:40");
    }

    // The line of the past is as long as that of today, so that one can go on; what came later is not on it.
    #[test]
    fn the_past_hides_what_came_later() {
        let facts = RulerFacts { past_until: Some(at("16:09")), promised: None, ..facts() };
        let ruler = Ruler::lay_out(&facts, at("14:18"), say);
        assert_eq!((ruler.now, ruler.hidden_until), (None, Some(972)));
        let shown = ruler.past.clone().expect("a moment");
        assert_eq!((shown.time.as_str(), ruler.bands.last().map(|b| b.to)), ("14:18", Some(shown.at)));
        assert!(shown.at < 200 && ruler.label.ends_with("as it was at 14:18."), "{}", ruler.label);
        assert_eq!((ruler.from, ruler.seconds), (at("14:02").timestamp(), 127 * 60));
    }

    #[test]
    fn a_missed_promise_is_not_drawn_and_nothing_leaves_the_line() {
        let ruler = Ruler::lay_out(&facts(), at("15:30"), say);
        assert_eq!(ruler.promised, None);
        assert_eq!(ruler.now, Some(972));
        let first = Ruler::lay_out(
            &RulerFacts { statuses: vec![(at("14:00"), 10, "Open".into())], ..RulerFacts::default() },
            at("14:00"),
            say,
        );
        assert_eq!(first.now, Some(28));
    }

    #[test]
    fn lengths_are_said_in_two_units() {
        let cases = [
            (30, "under a minute"),
            (51 * 60, "51 min"),
            (4500, "1 h 15 min"),
            (7200, "2 h"),
            (90_000, "1 day 1 h"),
            (400_000, "4 days"),
        ];
        for (seconds, words) in cases {
            assert_eq!(length(TimeDelta::seconds(seconds)), words);
        }
    }
}
