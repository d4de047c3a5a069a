//! Free words on an incident, to find it again.

use super::{Set, words::Wrong};
use crate::{Error, FieldCode, FieldErrors};
use serde::{Deserialize, Serialize};

/// Most tags of one incident.
const MOST: usize = 20;
/// Longest tag, in characters: what the column holds.
const LONGEST: usize = 100;

/// A tag: as it was written, and the spelling by which equal ones are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub name: String,
    pub slug: String,
}

impl Tag {
    /// A tag of this name.
    pub fn new(name: &str) -> Self {
        Tag { name: name.to_owned(), slug: slug(name) }
    }
}

/// `Black Friday!` → `black-friday`
fn slug(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// Reads the field: tags divided by commas or lines, written twice counted once.
///
/// # Errors
/// Under `tags`: too many, too long, or without any letter.
pub fn parse_tags(raw: &Set<String>) -> Result<Set<Vec<Tag>>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let from = raw.from.as_deref().map(split);
    let to = errors.take("tags", checked(split(&raw.to)));
    errors.finish(to.map(|to| Set { from, to }))
}

fn split(text: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    for name in text.split([',', '\n']).map(str::trim).filter(|name| !name.is_empty()) {
        let words: Vec<&str> = name.split_whitespace().collect();
        let tag = Tag::new(&words.join(" "));
        if !tags.iter().any(|known| known.slug == tag.slug) {
            tags.push(tag);
        }
    }
    tags
}

fn checked(tags: Vec<Tag>) -> Result<Vec<Tag>, Wrong> {
    if tags.len() > MOST {
        return Err((FieldCode::MaxLength, "Use at most 20 tags.".into()));
    }
    if tags.iter().any(|tag| tag.name.chars().count() > LONGEST || tag.slug.chars().count() > LONGEST) {
        return Err((FieldCode::MaxLength, "Use at most 100 characters for a tag.".into()));
    }
    if let Some(tag) = tags.iter().find(|tag| tag.slug.is_empty()) {
        let words = ["\"", &tag.name, "\" has no letter or digit."].concat();
        return Err((FieldCode::Invalid, words));
    }
    Ok(tags)
}

/// What changes: added and removed ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagPlan {
    pub added: Vec<Tag>,
    /// By their stored names.
    pub removed: Vec<Tag>,
}

impl TagPlan {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Merges what was asked with what is there: two people who add different tags both get theirs, so nothing conflicts.
///
/// # Errors
/// Under `tags`, when too many would stand together.
pub fn plan_tags(current: &[Tag], asked: &Set<Vec<Tag>>) -> Result<TagPlan, Error> {
    let holds = |tags: &[Tag], slug: &str| tags.iter().any(|tag| tag.slug == slug);
    let from: &[Tag] = asked.from.as_deref().unwrap_or(current);
    let added: Vec<Tag> = asked
        .to
        .iter()
        .filter(|tag| !holds(from, &tag.slug) && !holds(current, &tag.slug))
        .cloned()
        .collect();
    let gone = |tag: &&Tag| holds(from, &tag.slug) && !holds(&asked.to, &tag.slug);
    let removed: Vec<Tag> = current.iter().filter(gone).cloned().collect();
    if current.len() + added.len() - removed.len() > MOST {
        let words = ["Use at most 20 tags. By now there are: ", &names(current), "."].concat();
        return Err(Error::field("tags", FieldCode::MaxLength, words));
    }
    Ok(TagPlan { added, removed })
}

/// `black-friday, vendor`
pub fn names(tags: &[Tag]) -> String {
    tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, to: &str) -> Set<Vec<Tag>> {
        parse_tags(&Set::new(from.to_owned(), to.to_owned())).expect("well-formed")
    }

    #[test]
    fn read_as_written_and_counted_once() {
        let tags = asked("", " Black  Friday,vendor\nblack-friday, ").to;
        assert_eq!(names(&tags), "Black Friday, vendor");
        assert_eq!(tags[0].slug, "black-friday");
        for wrong in
            ["a, !!!", &"x".repeat(101), &(0..21).map(|n| format!("t{n}")).collect::<Vec<_>>().join(",")]
        {
            assert!(parse_tags(&Set::to(wrong.to_owned())).is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_people_adding_both_get_theirs() {
        let now = asked("", "vendor, night").to;
        let plan = plan_tags(&now, &asked("vendor", "vendor, payments")).expect("no conflict");
        assert_eq!((names(&plan.added), names(&plan.removed)), ("payments".into(), String::new()));
        let plan = plan_tags(&now, &asked("vendor, night", "night")).expect("no conflict");
        assert_eq!((names(&plan.added), names(&plan.removed)), (String::new(), "vendor".into()));
        assert!(plan_tags(&now, &asked("vendor", "vendor")).expect("no conflict").is_empty());
    }
}
