use leptos::prelude::*;

/// One of the shapes in `public/icons.svg` (Lucide, and our own for status). Always beside words, so it is not read out.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("i {class}") aria-hidden="true">
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
}

/// Our mark: lit while a P1 or P2 burns.
#[component]
pub fn Flame(lit: bool) -> impl IntoView {
    view! {
        <span class=if lit { "grid text-p1" } else { "grid text-ink-2" }>
            <Icon name="mark" class=if lit { "fill-current! text-[1.375rem]" } else { "text-[1.375rem]" }/>
        </span>
    }
}
