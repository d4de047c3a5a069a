//! Drawing again what was drawn before: the same row for the next person, the same boxes of a filter on every page.
//!
//! The server remembers the markup of a part by all that the part is drawn from, so nothing can be shown to anybody who
//! did not have it to draw. In the browser it draws like any other part.

#[cfg(feature = "ssr")]
pub use on_server::Drawn;

#[cfg(not(feature = "ssr"))]
pub use in_browser::Drawn;

#[cfg(feature = "ssr")]
mod on_server {
    use leptos::{
        prelude::{IntoView, RenderHtml},
        tachys::html::InertElement,
    };
    use quick_cache::sync::Cache;
    use std::{
        hash::Hash,
        sync::{Arc, LazyLock},
    };

    /// Parts of one kind, each drawn from a `K` and from nothing else.
    pub struct Drawn<K>(LazyLock<Cache<K, Arc<str>>>);

    impl<K: Hash + Eq + Clone> Drawn<K> {
        /// Remembers about so many of them, those that are asked for most.
        pub const fn up_to<const N: usize>() -> Self {
            Drawn(LazyLock::new(|| Cache::new(N)))
        }

        /// As `view` draws it from `key`. It begins with an element, so that it looks the same wherever it stands.
        pub fn draw<V: IntoView>(&self, key: K, view: impl FnOnce(K) -> V) -> InertElement {
            if let Some(html) = self.0.get(&key) {
                return InertElement::new(html.to_string());
            }
            let html = view(key.clone()).into_view().to_html();
            self.0.insert(key, html.as_str().into());
            InertElement::new(html)
        }

        /// The same; what should not be remembered, because it is large or somebody made it up, is drawn and forgotten.
        pub fn draw_or_forget<V: IntoView>(
            &self,
            remember: bool,
            key: K,
            view: impl FnOnce(K) -> V,
        ) -> InertElement {
            if remember { self.draw(key, view) } else { InertElement::new(view(key).into_view().to_html()) }
        }
    }
}

#[cfg(not(feature = "ssr"))]
mod in_browser {
    use leptos::prelude::IntoView;
    use std::marker::PhantomData;

    /// Parts of one kind, each drawn from a `K` and from nothing else.
    pub struct Drawn<K>(PhantomData<fn(K)>);

    impl<K> Drawn<K> {
        /// Nothing is remembered here.
        pub const fn up_to<const N: usize>() -> Self {
            Drawn(PhantomData)
        }

        /// As `view` draws it from `key`. It begins with an element, so that it looks the same wherever it stands.
        pub fn draw<V: IntoView>(&self, key: K, view: impl FnOnce(K) -> V) -> V {
            view(key)
        }

        /// The same.
        pub fn draw_or_forget<V: IntoView>(&self, _: bool, key: K, view: impl FnOnce(K) -> V) -> V {
            view(key)
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::Drawn;
    use leptos::prelude::*;

    #[test]
    fn what_was_drawn_is_not_drawn_again() {
        static WORD: Drawn<String> = Drawn::up_to::<1>();
        let mut times = 0;
        for _ in 0..3 {
            let part = WORD.draw("word".to_owned(), |word| {
                times += 1;
                view! { <b>{word}</b> }
            });
            assert!(part.to_html().starts_with("<b>word"));
        }
        assert_eq!(times, 1);
    }
}
