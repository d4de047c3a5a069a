//! The ruler: time drawn to scale. Places are per cent of the width, so it needs no script, no viewBox and no style.

use domain::view::{Band, Dot, Flag, Ruler, Tick};
use leptos::prelude::*;

fn per_cent(mille: i32) -> String {
    format!("{}.{}%", mille / 10, mille % 10)
}

fn band_class(status: i32) -> &'static str {
    match status {
        0 => "b-pre",
        10 => "b-open",
        20 => "b-inv",
        30 => "b-mit",
        40 => "b-mitd",
        50 => "b-pm",
        _ => "b-done",
    }
}

fn word_class(status: i32) -> &'static str {
    match status {
        20 => "in in-inv",
        30 => "in in-mit",
        _ => "in",
    }
}

/// Beside an edge a text leans inwards.
fn anchor(at: i32) -> &'static str {
    match at {
        ..=40 => "start",
        960.. => "end",
        _ => "middle",
    }
}

/// The large form: key events above, statuses on the line, what was said below. Under 768 px the small form stands in.
#[component]
pub fn RulerFull(ruler: Ruler) -> impl IntoView {
    let ends = ruler.bands.first().map(|first| first.from).zip(ruler.bands.last().map(|last| last.to));
    let labels = labels(&ruler.flags, ruler.promised.as_ref());
    let crowded = |now: i32| ruler.flags.iter().any(|flag| (flag.at - now).abs() < 9 * LETTER);
    let now_word = ruler.now.filter(|now| !crowded(*now));
    view! {
        <svg class="ruler block w-full overflow-visible" width="100%" height="102" role="group" aria-label=ruler.label>
            {ruler.ticks.into_iter().map(|tick| view! { <TickMark tick/> }).collect_view()}
            {ruler.bands.into_iter().map(|band| view! { <BandMark band/> }).collect_view()}
            {ends.map(|(from, to)| view! { <line class="axis" x1=per_cent(from) x2=per_cent(to) y1="64" y2="64"></line> })}
            {ruler.now.zip(ruler.promised.as_ref().map(|p| p.at)).map(|(now, then)| view! {
                <rect class="b-next" x=per_cent(now) width=per_cent(then - now) y="46.5" height="17"></rect>
            })}
            {ruler.past.clone().zip(ruler.hidden_until).map(|(past, until)| view! {
                <rect class="b-next" x=per_cent(past.at) width=per_cent(until - past.at) y="46.5" height="17"><title>"What came later is hidden"</title></rect>
                <line class="then" x1=per_cent(past.at) x2=per_cent(past.at) y1="38" y2="80"></line>
                <text class="then" x=per_cent(past.at) y="33" text-anchor=anchor(past.at)>{past.time}</text>
            })}
            {ruler.flags.into_iter().zip(labels).map(|(flag, label)| view! { <FlagMark flag label/> }).collect_view()}
            {ruler.dots.into_iter().map(|dot| view! { <DotMark dot/> }).collect_view()}
            {ruler.now.map(|now| view! {
                <line x1=per_cent(now) x2=per_cent(now) y1="38" y2="80" stroke="var(--p1)" stroke-width="2"><title>"now"</title></line>
            })}
            {now_word.map(|now| view! { <text class="now" x=per_cent(now) y="33" text-anchor=anchor(now)>"now"</text> })}
            {ruler.promised.map(|flag| view! {
                <line x1=per_cent(flag.at) x2=per_cent(flag.at) y1="40" y2="70" class="axis" stroke-dasharray="3 3"></line>
                <text class="t" x=per_cent(flag.at) y="11" text-anchor=anchor(flag.at)>{flag.name}</text>
                <text x=per_cent(flag.at) y="24" text-anchor=anchor(flag.at)>{flag.time}</text>
            })}
        </svg>
    }
}

/// How the label of a flag stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Label {
    Shown(&'static str),
    /// On wide screens only.
    Wide(&'static str),
    Hidden,
}

/// Per mille that a letter takes on a wide screen; a narrow one needs twice as much.
const LETTER: i32 = 5;

/// Finds room for the labels of flags: over the flag, else to its right, else on wide screens only or not at all. The
/// promise at the end keeps its place.
fn labels(flags: &[Flag], promised: Option<&Flag>) -> Vec<Label> {
    let limit = promised.map_or(1001, |p| p.at - 9 * LETTER);
    let (mut wide_end, mut narrow_end) = (0, 0);
    let place = |flag: &Flag, letter: i32, end: &mut i32| {
        let width = i32::try_from(flag.name.chars().count()).unwrap_or(1000).saturating_mul(letter);
        let first = anchor(flag.at);
        let found = [first, "start"].into_iter().find_map(|anchor| {
            let left = match anchor {
                "start" => flag.at,
                "end" => flag.at - width,
                _ => flag.at - width / 2,
            };
            (left >= *end && left + width <= limit).then_some((anchor, left + width + letter))
        });
        if let Some((_, right)) = found {
            *end = right;
        }
        found.map(|(anchor, _)| anchor)
    };
    let mut labels = Vec::new();
    for flag in flags {
        labels.push(match (place(flag, LETTER, &mut wide_end), place(flag, 2 * LETTER, &mut narrow_end)) {
            (Some(anchor), Some(_)) => Label::Shown(anchor),
            (Some(anchor), None) => Label::Wide(anchor),
            (None, _) => Label::Hidden,
        });
    }
    labels
}

#[component]
fn TickMark(tick: Tick) -> impl IntoView {
    view! {
        <line class="tick" x1=per_cent(tick.at) x2=per_cent(tick.at) y1="40" y2="82"></line>
        <text class="faint" x=per_cent(tick.at) y="97" text-anchor=anchor(tick.at)>{tick.text}</text>
    }
}

#[component]
fn BandMark(band: Band) -> impl IntoView {
    let width = band.to - band.from;
    let word = match width {
        ..40 => None,
        40..90 => Some(format!("{} max-lg:hidden", word_class(band.status))),
        _ => Some(word_class(band.status).to_owned()),
    };
    // A word longer than its band would run over the next one.
    let fits = i32::try_from(band.label.chars().count()).unwrap_or(i32::MAX).saturating_mul(7) < width;
    view! {
        <rect class=band_class(band.status) x=per_cent(band.from) width=per_cent(width) y="46" height="18"><title>{band.title}</title></rect>
        <line class="axis" x1=per_cent(band.from) x2=per_cent(band.from) y1="46" y2="68"></line>
        {word.filter(|_| fits).map(|class| view! { <text class=class x=per_cent(band.from) dx="8" y="59">{band.label}</text> })}
    }
}

#[component]
fn FlagMark(flag: Flag, label: Label) -> impl IntoView {
    let shown = match label {
        Label::Shown(anchor) => Some(("", anchor)),
        Label::Wide(anchor) => Some(("max-lg:hidden", anchor)),
        Label::Hidden => None,
    };
    let said = format!("{} {}", flag.name, flag.time);
    view! {
        <line class="flag" x1=per_cent(flag.at) x2=per_cent(flag.at) y1="34" y2="64"></line>
        <svg x=per_cent(flag.at) y="27" overflow="visible">
            <path d="M0 0 4.5 4.5 0 9-4.5 4.5Z" fill="var(--color-base-content)"><title>{said}</title></path>
        </svg>
        {shown.map(|(class, anchor)| view! {
            <g class=class>
                <text class="t" x=per_cent(flag.at) y="11" text-anchor=anchor>{flag.name}</text>
                <text x=per_cent(flag.at) y="24" text-anchor=anchor>{flag.time}</text>
            </g>
        })}
    }
}

#[component]
fn DotMark(dot: Dot) -> impl IntoView {
    view! {
        <a href=format!("?at={}", dot.moment) aria-label=dot.label data-noscroll="">
            <svg x=per_cent(dot.at) y="73" overflow="visible">
                <circle r="12" fill="transparent"></circle>
                <circle r="4" fill="var(--color-base-100)" stroke="var(--color-base-content)" stroke-width="1.75"></circle>
            </svg>
        </a>
    }
}

/// The small form, for phones and the dashboard; captions stand under it.
#[component]
pub fn RulerSmall(ruler: Ruler) -> impl IntoView {
    let ends = ruler.bands.first().map(|first| first.from).zip(ruler.bands.last().map(|last| last.to));
    let place = |at: i32| per_cent(((at - Ruler::MARGIN) * 1000 / (1000 - 2 * Ruler::MARGIN)).clamp(0, 1000));
    let width = |from: i32, to: i32| per_cent((to - from) * 1000 / (1000 - 2 * Ruler::MARGIN));
    view! {
        <svg class="ruler block w-full overflow-visible" width="100%" height="22" role="img" aria-label=ruler.label>
            {ruler.ticks.into_iter().map(|tick| view! {
                <line class="tick" x1=place(tick.at) x2=place(tick.at) y1="3" y2="21"></line>
            }).collect_view()}
            {ruler.bands.into_iter().map(|band| view! {
                <rect class=band_class(band.status) x=place(band.from) width=width(band.from, band.to) y="6" height="10"></rect>
                <line class="axis" x1=place(band.from) x2=place(band.from) y1="6" y2="18"></line>
            }).collect_view()}
            {ends.map(|(from, to)| view! { <line class="axis" x1=place(from) x2=place(to) y1="16" y2="16"></line> })}
            {ruler.now.zip(ruler.promised.as_ref().map(|p| p.at)).map(|(now, then)| view! {
                <rect class="b-next" x=place(now) width=width(now, then) y="6.5" height="9"></rect>
            })}
            {ruler.now.map(|now| view! {
                <line x1=place(now) x2=place(now) y1="2" y2="21" stroke="var(--p1)" stroke-width="2"></line>
            })}
            {ruler.past.zip(ruler.hidden_until).map(|(past, until)| view! {
                <rect class="b-next" x=place(past.at) width=width(past.at, until) y="6.5" height="9"></rect>
                <line class="then" x1=place(past.at) x2=place(past.at) y1="2" y2="21"></line>
            })}
        </svg>
        <p class="mt-0.5 flex justify-between gap-4 text-xs text-ink-2"><span>{ruler.left}</span><span>{ruler.right}</span></p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flag(at: i32, name: &str) -> Flag {
        Flag { at, name: name.into(), time: "14:02".into() }
    }

    #[test]
    fn labels_make_room_for_each_other() {
        let flags = [
            flag(28, "Started"),
            flag(90, "Detected"),
            flag(132, "Declared"),
            flag(135, "Resolved"),
            flag(950, "Recovered"),
        ];
        use Label::{Hidden, Shown, Wide};
        assert_eq!(
            labels(&flags, Some(&flag(972, "Promised"))),
            [Shown("start"), Wide("middle"), Shown("start"), Hidden, Hidden]
        );
        assert_eq!(labels(&flags[4..], None), [Shown("middle")]);
    }

    #[test]
    fn places_are_per_cent() {
        assert_eq!([per_cent(0), per_cent(28), per_cent(1000)], ["0.0%", "2.8%", "100.0%"]);
    }
}
