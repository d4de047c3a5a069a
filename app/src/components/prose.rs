//! Words as people wrote them, and the frames around words.

use leptos::prelude::*;
use leptos_meta::Title as HeadTitle;

/// A piece of prose.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// Finds addresses in a text: what begins with `http://` or `https://`, up to white space, without the punctuation
/// that belongs to the sentence.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut from = 0;
    while let Some(start) = next_link(text, from) {
        let end = text[start..]
            .find(|c: char| c.is_whitespace() || "<>\"”".contains(c))
            .map_or(text.len(), |n| start + n);
        let link = text[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        from = start + link.len();
        if link.split_once("://").is_some_and(|(_, rest)| !rest.is_empty()) {
            if plain < start {
                pieces.push(Piece::Text(&text[plain..start]));
            }
            pieces.push(Piece::Link(link));
            plain = from;
        }
    }
    if plain < text.len() {
        pieces.push(Piece::Text(&text[plain..]));
    }
    pieces
}

fn next_link(text: &str, from: usize) -> Option<usize> {
    ["http://", "https://"].iter().filter_map(|scheme| text[from..].find(scheme)).min().map(|n| from + n)
}

/// A text with its line breaks, and links where it names addresses.
#[component]
pub fn Prose(text: String, #[prop(optional)] class: &'static str) -> impl IntoView {
    let parts: Vec<_> = pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Link(link) => {
                view! { <a class="a" href=link.to_owned() target="_blank" rel="noopener noreferrer nofollow">{link.to_owned()}</a> }
                    .into_any()
            }
        })
        .collect();
    view! { <p class=format!("whitespace-pre-line wrap-anywhere {class}")>{parts}</p> }
}

/// The page's title in the browser's tab.
#[component]
pub fn Title(#[prop(into)] text: String) -> impl IntoView {
    view! { <HeadTitle text/> }
}

/// A titled section of a rail; `id` is where links jump to.
#[component]
pub fn Sections(id: &'static str, title: &'static str, children: Children) -> impl IntoView {
    let heading = format!("h-{id}");
    let labelled = heading.clone();
    view! {
        <section id=id class="border-t border-base-300 px-4 py-3.5 first:border-t-0" aria-labelledby=labelled>
            <h2 id=heading class="hd mb-2">{title}</h2>
            {children()}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Link, Text};

    // WEB-067: addresses are linked, without the punctuation around them.
    #[test]
    fn addresses_are_found_in_prose() {
        assert_eq!(pieces("no link"), [Text("no link")]);
        assert_eq!(pieces(""), []);
        assert_eq!(
            pieces("See https://a.example/x?y=1, then (http://b.example).\nDone"),
            [
                Text("See "),
                Link("https://a.example/x?y=1"),
                Text(", then ("),
                Link("http://b.example"),
                Text(").\nDone")
            ]
        );
        assert_eq!(
            pieces("https:// is not one, ähttp://ü.example is"),
            [Text("https:// is not one, ä"), Link("http://ü.example"), Text(" is")]
        );
    }
}
