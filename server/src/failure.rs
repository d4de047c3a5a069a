//! From a broken step to what a person sees: the chain is logged once, here, under the reference that is shown.

use domain::{Error, FieldCode};
use futures::future::Either;

/// `character_not_in_repertoire` and `untranslatable_character`.
const UNSTORABLE: [&str; 2] = ["22021", "22P05"];

tokio::task_local! {
    /// The request (or job run) this task works for; shown to people when something breaks.
    static REFERENCE: String;
}

/// Runs `work` under a reference: all that breaks inside is logged and shown with it.
pub async fn under<F: Future>(reference: String, work: F) -> F::Output {
    REFERENCE.scope(reference, work).await
}

/// `work`, under the reference of whoever spawns it.
pub fn inherit<F: Future>(work: F) -> impl Future<Output = F::Output> {
    match reference() {
        Some(reference) => Either::Left(under(reference, work)),
        None => Either::Right(work),
    }
}

/// The reference of this request or job, if there is one.
pub fn reference() -> Option<String> {
    REFERENCE.try_with(Clone::clone).ok()
}

/// Turns a broken step into [`Error::Internal`] or [`Error::Unavailable`], saying in the log what was being done.
pub trait OrInternal<T> {
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer, else [`Error::Internal`].
    fn or_internal(self, doing: &'static str) -> domain::Result<T>;
}

impl<T> OrInternal<T> for Result<T, sqlx::Error> {
    fn or_internal(self, doing: &'static str) -> domain::Result<T> {
        self.map_err(|error| match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                tracing::error!(error.message = %error, "{doing}: the database does not answer");
                Error::Unavailable { service: "The database".into() }
            }
            // What text PostgreSQL cannot hold is a mistake of the sender wherever a door let it through.
            sqlx::Error::Database(refused)
                if refused.code().is_some_and(|code| UNSTORABLE.contains(&&*code)) =>
            {
                Error::field("form", FieldCode::Invalid, "Contains a null character. Remove it.")
            }
            error => broken(doing, &error),
        })
    }
}

impl<T> OrInternal<T> for Result<T, serde_json::Error> {
    fn or_internal(self, doing: &'static str) -> domain::Result<T> {
        self.map_err(|error| broken(doing, &error))
    }
}

/// Logs the whole chain and answers with its reference.
pub fn broken(doing: &'static str, error: &(dyn std::error::Error + 'static)) -> Error {
    let reference = reference().unwrap_or_else(fresh_reference);
    let mut chain = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        chain.push_str(": ");
        chain.push_str(&next.to_string());
        cause = next.source();
    }
    tracing::error!(reference, error.message = %chain, "{doing}");
    Error::Internal { reference }
}

/// A short code that can be read out on the phone: `7Q3F-K2M9`, without letters that look alike.
pub fn fresh_reference() -> String {
    use rand::Rng;
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rng = rand::rng();
    let mut code = String::with_capacity(9);
    for i in 0..8 {
        if i == 4 {
            code.push('-');
        }
        code.push(char::from(LETTERS[rng.random_range(0..LETTERS.len())]));
    }
    code
}
