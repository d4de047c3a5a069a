//! Answers that are kept for as long as nothing is written: see [`Moment`].

use crate::told::{self, Moment};
use domain::Result;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

/// Answers of the newest moment that a request was told, by what was asked.
#[derive(Debug)]
pub struct OfMoment<Asked, Answer> {
    newest: Mutex<Answers<Asked, Answer>>,
    most: usize,
}

#[derive(Debug)]
struct Answers<Asked, Answer> {
    moment: Option<Moment>,
    by_question: HashMap<Asked, Arc<OnceCell<Answer>>>,
}

impl<Asked: Eq + Hash, Answer: Clone> OfMoment<Asked, Answer> {
    /// Keeps at most so many answers.
    pub fn at_most(most: usize) -> Self {
        OfMoment { newest: Mutex::new(Answers { moment: None, by_question: HashMap::new() }), most }
    }

    /// The answer, not older than the request: the first one to ask reads it, and others wait for that. A request that
    /// was told no moment, or an older one than others were, reads for itself.
    ///
    /// # Errors
    /// Those of reading; the next one to ask tries again.
    pub async fn get<F>(&self, asked: Asked, read: impl FnOnce() -> F) -> Result<Answer>
    where
        F: Future<Output = Result<Answer>>,
    {
        match told::moment().and_then(|moment| self.place(moment, asked)) {
            Some(place) => place.get_or_try_init(read).await.cloned(),
            None => read().await,
        }
    }

    fn place(&self, moment: Moment, asked: Asked) -> Option<Arc<OnceCell<Answer>>> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match &newest.moment {
            Some(known) if *known == moment => {
                if newest.by_question.len() >= self.most && !newest.by_question.contains_key(&asked) {
                    newest.by_question.clear();
                }
            }
            Some(known) if moment.is_before(known) => return None,
            _ => *newest = Answers { moment: Some(moment), by_question: HashMap::new() },
        }
        Some(newest.by_question.entry(asked).or_default().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Error;

    async fn at(moment: &str, kept: &OfMoment<&'static str, u32>, asked: &'static str, is: u32) -> u32 {
        told::during(async {
            told::moment_is(moment.to_owned().into());
            kept.get(asked, || async { Ok(is) }).await.expect("an answer")
        })
        .await
    }

    #[tokio::test]
    async fn an_answer_holds_for_its_moment() {
        let kept = OfMoment::at_most(2);
        assert_eq!(at("5:9:5,7", &kept, "a", 1).await, 1);
        assert_eq!(at("5:9:5,7", &kept, "a", 2).await, 1, "nothing was written");
        assert_eq!(at("7:9:7", &kept, "a", 3).await, 3, "5 was");
        assert_eq!(at("5:9:5,7", &kept, "a", 4).await, 4, "who was told less than others reads alone");
        assert_eq!(at("7:9:7", &kept, "a", 5).await, 3, "and replaces nothing");
        assert_eq!(at("7:9:7", &kept, "b", 6).await, 6);
        assert_eq!(at("7:9:7", &kept, "c", 7).await, 7, "so many are kept");
        assert_eq!(at("7:9:7", &kept, "a", 8).await, 8);
        assert_eq!(at("9:10:", &kept, "a", 9).await, 9);
    }

    #[tokio::test]
    async fn what_could_not_be_read_is_read_again() {
        let kept = OfMoment::at_most(2);
        told::during(async {
            told::moment_is(String::from("9:9:").into());
            assert_eq!(kept.get("a", || async { Err(Error::NotFound) }).await, Err(Error::NotFound));
            assert_eq!(kept.get("a", || async { Ok(1) }).await, Ok(1));
        })
        .await;
        let outside = kept.get("a", || async { Ok(2) }).await;
        assert_eq!(outside, Ok(2), "outside of requests nothing is kept");
    }
}
