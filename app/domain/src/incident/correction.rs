//! Correcting what was said. The words of an entry change, and nothing else of it; what it said first stays readable.

use super::{Limits, Message, Set, tidy};
use crate::{Conflict, Error, FieldErrors};

/// Other words for an entry, and the words that the person saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction(pub Set<Message, String>);

impl Correction {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong with the words, under `message`.
    pub fn parse(raw: &Set<String>, limits: Limits) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let to = errors.take("message", Message::parse(&raw.to, limits));
        let from = raw.from.as_deref().map(tidy);
        errors.finish(to.map(|to| Correction(Set { from, to })))
    }

    /// The words to write, if they are others than those that stand there.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else corrected them meanwhile.
    pub fn plan(&self, current: &str) -> Result<Option<&Message>, Error> {
        let Set { from, to } = &self.0;
        if to.as_str() == tidy(current) {
            return Ok(None);
        }
        match from {
            Some(from) if *from != tidy(current) => Err(Error::Conflict(vec![Conflict {
                field: "message".into(),
                theirs: current.to_owned(),
                yours: to.as_str().to_owned(),
            }])),
            _ => Ok(Some(to)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_corrected_unless_somebody_was_faster() {
        let asked = |from: &str, to: &str| Correction::parse(&Set::new(from.into(), to.into()), Limits::Form);
        let faster = asked("It is the gateway.", "It is the provider.").expect("words");
        assert_eq!(
            faster.plan("It is the gateway.").map(|m| m.map(Message::as_str)),
            Ok(Some("It is the provider."))
        );
        assert_eq!(faster.plan("It is the provider.\r\n"), Ok(None), "nothing is left to do");
        assert!(
            matches!(faster.plan("It is the network."), Err(Error::Conflict(all)) if all[0].theirs == "It is the network.")
        );
        assert!(asked("It is the gateway.", "short").is_err());
    }
}
