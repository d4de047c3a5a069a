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
    let crowded = crowded(&ruler.flags, ruler.promised.as_ref());
    view! {
        <svg class="ruler block w-full overflow-visible" width="100%" height="102" role="group" aria-label=ruler.label>
            {ruler.ticks.into_iter().map(|tick| view! { <TickMark tick/> }).collect_view()}
            {ruler.bands.into_iter().map(|band| view! { <BandMark band/> }).collect_view()}
            {ends.map(|(from, to)| view! { <line class="axis" x1=per_cent(from) x2=per_cent(to) y1="64" y2="64"></line> })}
            {ruler.now.zip(ruler.promised.as_ref().map(|p| p.at)).map(|(now, then)| view! {
                <rect class="b-next" x=per_cent(now) width=per_cent(then - now) y="46.5" height="17"></rect>
            })}
            {ruler.flags.into_iter().zip(crowded).map(|(flag, crowded)| view! { <FlagMark flag crowded/> }).collect_view()}
            {ruler.dots.into_iter().map(|dot| view! { <DotMark dot/> }).collect_view()}
            {ruler.now.map(|now| view! {
                <line x1=per_cent(now) x2=per_cent(now) y1="38" y2="80" stroke="var(--p1)" stroke-width="2"></line>
                <text class="now" x=per_cent(now) y="33" text-anchor=anchor(now)>"now"</text>
            })}
            {ruler.promised.map(|flag| view! {
                <line x1=per_cent(flag.at) x2=per_cent(flag.at) y1="40" y2="70" class="axis" stroke-dasharray="3 3"></line>
                <text class="t" x=per_cent(flag.at) y="11" text-anchor=anchor(flag.at)>{flag.name}</text>
                <text x=per_cent(flag.at) y="24" text-anchor=anchor(flag.at)>{flag.time}</text>
            })}
        </svg>
    }
}

/// How much a flag's label is in the way of its neighbours: 0 not, 1 on narrow screens, 2 always.
fn crowded(flags: &[Flag], promised: Option<&Flag>) -> Vec<u8> {
    let mut last_wide = i32::MIN / 2;
    let mut last_narrow = i32::MIN / 2;
    let limit = promised.map_or(i32::MAX / 2, |p| p.at);
    let mut crowded = Vec::new();
    for flag in flags {
        let wide = flag.at - last_wide >= 55 && limit - flag.at >= 55;
        let narrow = wide && flag.at - last_narrow >= 100;
        if wide {
            last_wide = flag.at;
        }
        if narrow {
            last_narrow = flag.at;
        }
        crowded.push(if narrow {
            0
        } else if wide {
            1
        } else {
            2
        });
    }
    crowded
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
fn FlagMark(flag: Flag, crowded: u8) -> impl IntoView {
    let hide = match crowded {
        0 => Some(""),
        1 => Some("max-lg:hidden"),
        _ => None,
    };
    let said = format!("{} {}", flag.name, flag.time);
    view! {
        <line class="flag" x1=per_cent(flag.at) x2=per_cent(flag.at) y1="34" y2="64"></line>
        <svg x=per_cent(flag.at) y="27" overflow="visible">
            <path d="M0 0 4.5 4.5 0 9-4.5 4.5Z" fill="var(--color-base-content)"><title>{said}</title></path>
        </svg>
        {hide.map(|class| view! {
            <g class=class>
                <text class="t" x=per_cent(flag.at) y="11" text-anchor=anchor(flag.at)>{flag.name}</text>
                <text x=per_cent(flag.at) y="24" text-anchor=anchor(flag.at)>{flag.time}</text>
            </g>
        })}
    }
}

#[component]
fn DotMark(dot: Dot) -> impl IntoView {
    view! {
        <a href=format!("#{}", dot.entry) aria-label=dot.label rel="external">
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
    view! {
        <svg class="ruler block w-full overflow-visible" width="100%" height="22" role="img" aria-label=ruler.label>
            {ruler.ticks.into_iter().map(|tick| view! {
                <line class="tick" x1=per_cent(tick.at) x2=per_cent(tick.at) y1="3" y2="21"></line>
            }).collect_view()}
            {ruler.bands.into_iter().map(|band| view! {
                <rect class=band_class(band.status) x=per_cent(band.from) width=per_cent(band.to - band.from) y="6" height="10"></rect>
                <line class="axis" x1=per_cent(band.from) x2=per_cent(band.from) y1="6" y2="18"></line>
            }).collect_view()}
            {ends.map(|(from, to)| view! { <line class="axis" x1=per_cent(from) x2=per_cent(to) y1="16" y2="16"></line> })}
            {ruler.now.zip(ruler.promised.as_ref().map(|p| p.at)).map(|(now, then)| view! {
                <rect class="b-next" x=per_cent(now) width=per_cent(then - now) y="6.5" height="9"></rect>
            })}
            {ruler.now.map(|now| view! {
                <line x1=per_cent(now) x2=per_cent(now) y1="2" y2="21" stroke="var(--p1)" stroke-width="2"></line>
            })}
        </svg>
        <p class="mt-0.5 flex justify-between gap-4 text-xs text-ink-2"><span>{ruler.left}</span><span>{ruler.right}</span></p>
    }
}
