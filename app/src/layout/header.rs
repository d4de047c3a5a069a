//! The bar on top: mark, menu, what burns, search, Declare, you.

use crate::{
    Problem,
    components::{Flame, Icon, Initials, Prio},
    drawn::Drawn,
    live::live,
    routes,
    wire::load,
};
use domain::view::{Fires, Me, Person, Session};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// What burns, for the header.
///
/// # Errors
/// `NotSignedIn`, or that the desk does not answer.
#[server(prefix = "/fn", endpoint = "fires", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_fires() -> Result<Fires, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().fires(&caller()?).await)
}

#[component]
pub fn Header() -> impl IntoView {
    let session = expect_context::<Session>();
    let signed_in = session.me.is_some();
    let path = use_location().pathname;
    let news = live().any();
    // What cannot be read again stays as it was: the bar below says that it may be old.
    let last = StoredValue::new(Fires::default());
    let fires = load(
        move || (path.get(), news.get()),
        move |_| async move {
            if signed_in { load_fires().await.unwrap_or_else(|_| last.get_value()) } else { Fires::default() }
        },
    );
    Effect::new(move |_| {
        if let Some(now) = fires.get() {
            last.set_value(now);
        }
    });
    let name = session.site.name.clone();
    view! {
        <header class="top noprint sticky top-0 z-40 border-b border-base-300 bg-base-100">
            <div class="mx-auto flex h-13 max-w-[1480px] items-center gap-2 px-4 lg:gap-4 lg:px-6">
                <a href=routes::HOME class="flex items-center gap-1.5 text-base font-bold tracking-tight" aria-label=format!("{name}, dashboard")>
                    <Transition fallback=|| view! { <Flame lit=false/> }>
                        {move || Suspend::new(async move { view! { <Flame lit={fires.await.count > 0}/> } })}
                    </Transition>
                    <span class="max-xs:hidden">{name.clone()}</span>
                </a>
                {signed_in.then(|| view! {
                    <nav aria-label="Main" class="hidden items-center gap-0.5 whitespace-nowrap md:flex"><MenuLinks/></nav>
                    <Transition>
                        {move || Suspend::new(async move { view! { <Alarm fires=fires.await/> } })}
                    </Transition>
                    <Search/>
                    <a href=routes::INCIDENTS class="btn btn-ghost btn-sm btn-square ml-auto lg:hidden" aria-label="Search incidents"><Icon name="search"/></a>
                    <a href=routes::DECLARE class="btn btn-primary btn-sm" title="Declare an incident, d"><Icon name="plus"/><span>"Declare"</span></a>
                })}
                {match session.me {
                    Some(me) => view! { <Mine me/> }.into_any(),
                    None => view! { <a class="btn btn-line btn-sm ml-auto" href=move || routes::login(&path.get()) rel="external">"Log in"</a> }.into_any(),
                }}
                {signed_in.then(|| view! { <SmallMenu/> })}
            </div>
        </header>
    }
}

/// The main menu. `/incident/create/` belongs to the Declare button, so it does not mark Incidents.
#[component]
fn MenuLinks(#[prop(optional)] small: bool) -> impl IntoView {
    let path = use_location().pathname;
    let here = move |to: &str| path.with(|p| p.starts_with(to) && p != routes::DECLARE);
    let class = move |here: bool| match (small, here) {
        (true, _) => "tap",
        (false, true) => "rounded-field bg-secondary px-2.5 py-1.5 font-medium text-base-content",
        (false, false) => "rounded-field px-2.5 py-1.5 font-medium text-ink-2 hover:text-base-content",
    };
    let links = [(routes::INCIDENTS, "Incidents"), (routes::CATEGORIES, "Categories")];
    let link = move |(to, text): (&'static str, &'static str)| {
        let on = move || here(to);
        let link = view! { <a href=to class=move || class(on()) aria-current=move || on().then_some("page")>{text}</a> };
        if small { view! { <li>{link}</li> }.into_any() } else { link.into_any() }
    };
    links.map(link).into_iter().collect_view()
}

/// The worst fire, in words.
#[component]
fn Alarm(fires: Fires) -> impl IntoView {
    let more = (fires.count > 1).then(|| format!("and {} more", fires.count - 1));
    fires.first.map(|fire| {
        view! {
            <a
                href=routes::incident(fire.id)
                class="hidden h-8 items-center gap-2 whitespace-nowrap rounded-field border border-base-300 px-1.5 pr-2.5 text-xs hover:border-edge md:flex"
            >
                <Prio mark=fire.priority/>
                <span class="font-medium">{format!("#{} burning", fire.id)}</span>
                <span class="text-ink-2">{fire.lasts}</span>
                {more.map(|more| view! { <span class="text-ink-2 max-xl:hidden">{more}</span> })}
            </a>
        }
    })
}

#[component]
fn Search() -> impl IntoView {
    SEARCH.draw((), |()| search())
}

static SEARCH: Drawn<()> = Drawn::up_to::<1>();

fn search() -> impl IntoView {
    view! {
        <form action=routes::INCIDENTS method="get" role="search" class="ml-auto hidden lg:block">
            <label class="input input-sm w-44 gap-2 xl:w-60">
                <Icon name="search" class="text-ink-3"/>
                <input type="search" id="search" name="search" placeholder="Search" aria-label="Search incidents" autocomplete="off"/>
                <kbd class="kbd js-only" aria-hidden="true">"/"</kbd>
            </label>
        </form>
    }
}

/// Your menu. It opens without script; what needs script is shown with script only.
#[component]
fn Mine(me: Me) -> impl IntoView {
    let person = Person { id: Some(me.id), name: me.name.clone(), initials: me.initials };
    let label = format!("{}, your menu, {}", person.initials, person.name);
    view! {
        <button type="button" class="btn btn-ghost btn-sm btn-circle p-0" popovertarget="me" aria-label=label>
            <Initials person=Some(person) large=true/>
        </button>
        <form id="logout" method="post" action=routes::LOGOUT hidden></form>
        <ul id="me" popover="auto" class="menu w-52">
            <li class="menu-title text-base-content">{me.name}</li>
            <li class="js-only"><button type="button" popovertarget="keys">"Keyboard shortcuts"</button></li>
            <li class="js-only"><ThemeButton theme="day">"Day colours"</ThemeButton></li>
            <li class="js-only"><ThemeButton theme="night">"Night colours"</ThemeButton></li>
            <li class="js-only"><ThemeButton theme="">"Colours of the system"</ThemeButton></li>
            <li><button form="logout">"Log out"</button></li>
        </ul>
    }
}

/// Chooses and remembers a theme; the empty one follows the system again.
#[component]
fn ThemeButton(theme: &'static str, children: Children) -> impl IntoView {
    let choose = move |_| {
        #[cfg(feature = "hydrate")]
        super::keys::remember_theme(theme);
        #[cfg(not(feature = "hydrate"))]
        let _ = theme;
    };
    view! { <button type="button" on:click=choose>{children()}</button> }
}

#[component]
fn SmallMenu() -> impl IntoView {
    view! {
        <details class="drop md:hidden">
            <summary class="btn btn-ghost btn-sm btn-square" aria-label="Menu"><Icon name="menu"/></summary>
            <nav aria-label="Main, small screen" class="panel right-0 left-auto">
                <ul class="menu w-full p-0">
                    <li><a class="tap" href=routes::HOME>"Dashboard"</a></li>
                    <MenuLinks small=true/>
                    <li><a class="tap" href=routes::DECLARE>"Declare an incident"</a></li>
                </ul>
            </nav>
        </details>
    }
}
