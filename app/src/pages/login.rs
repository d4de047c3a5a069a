//! `/admin/login/`: sign in. The form is a plain one: the server's session room answers it, with or without script.

use crate::{
    Problem,
    components::{Flame, Icon, Initials, RulerFull, Title},
    layout::Trouble,
    routes,
    wire::load,
};
use domain::view::{Band, Flag, Login as LoginView, LoginPerson, Person, Ruler, Session};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What the page to sign in offers, on the way to `next`.
///
/// # Errors
/// That the desk does not answer.
#[server(prefix = "/fn", endpoint = "login", input = leptos::server_fn::codec::GetUrl)]
pub async fn login_offer(#[server(default)] next: String) -> Result<LoginView, Problem> {
    use crate::server::{backend, read};
    read(backend().login(&next).await)
}

#[component]
pub fn Login() -> impl IntoView {
    let query = use_query_map();
    let asked = move |name: &str| query.with_untracked(|q| q.get(name)).unwrap_or_default();
    let (next, error, username) = (asked("next"), asked("error"), asked("username"));
    let offer = load(|| (), move |()| login_offer(next.clone()));
    view! {
        <Title text="Log in"/>
        <main id="main" class="grid min-h-dvh bg-base-100 lg:grid-cols-2">
            <div class="flex flex-col justify-center px-6 py-12 sm:px-16 xl:pl-[max(4rem,calc((100vw-1180px)/2))]">
                <div class="w-full max-w-sm">
                    <Suspense>
                        {move || {
                            let (error, username) = (error.clone(), username.clone());
                            Suspend::new(async move {
                                match offer.await {
                                    Ok(offer) => view! { <Offer offer error username/> }.into_any(),
                                    Err(problem) => view! { <Trouble problem/> }.into_any(),
                                }
                            })
                        }}
                    </Suspense>
                </div>
            </div>
            <Beside/>
        </main>
    }
}

/// Why it did not work, from the code in the address. Other text is what single sign-on answered.
fn refusal(error: &str) -> Option<String> {
    Some(match error {
        "" => return None,
        "credentials" => "That name and password do not belong together.".into(),
        "inactive" => "This account is switched off. Ask who manages accounts.".into(),
        "too_many" => "Too many tries. Wait a minute, then try again.".into(),
        "session" => "Your session ended. Log in again.".into(),
        other => format!(
            "Sign-on did not finish. The provider answered “{}”.",
            other.chars().take(200).collect::<String>()
        ),
    })
}

#[component]
fn Offer(offer: LoginView, error: String, username: String) -> impl IntoView {
    let site = expect_context::<Session>().site;
    let failed = refusal(&error);
    let invalid = (error == "credentials").then_some("true");
    let way = (!offer.next_label.is_empty()).then(|| view! {
        <p class="mt-1.5 text-base text-ink-2">
            "You are on your way to "<b class="font-medium text-base-content">{offer.next_label.clone()}</b>". You get there right after."
        </p>
    });
    let people =
        (!offer.people.is_empty()).then(|| view! { <People people=offer.people next=offer.next.clone()/> });
    view! {
        <span class="flex items-center gap-1.5 text-base font-bold tracking-tight"><Flame lit=false/>{site.name}</span>
        <h1 class="mt-8 text-2xl font-bold tracking-tight">"Log in"</h1>
        {way}
        {failed.map(|text| view! {
            <div role="alert" class="mt-4 flex gap-2.5 rounded-box border border-p1 bg-p1-tint px-3 py-2">
                <Icon name="circle-alert" class="mt-0.5 text-p1-ink"/><p>{text}</p>
            </div>
        })}
        {people}
        {offer.sso_url.map(|url| view! { <a href=url rel="external" class="btn btn-primary mt-6 w-full">"Continue with single sign-on"</a> })}
        <form class="mt-6 grid gap-4" action=routes::LOGIN method="post">
            <input type="hidden" name="next" value=offer.next/>
            <div class="fld">
                <label for="username">"User name or e-mail"</label>
                <input id="username" name="username" class="input" autocomplete="username" autocapitalize="none" spellcheck="false" required value=username aria-invalid=invalid/>
            </div>
            <div class="fld">
                <label for="password">"Password"</label>
                <input id="password" name="password" type="password" class="input" autocomplete="current-password" required aria-invalid=invalid/>
            </div>
            <button class="btn btn-primary">"Log in"</button>
        </form>
    }
}

/// In development: choose who to be.
#[component]
fn People(people: Vec<LoginPerson>, next: String) -> impl IntoView {
    view! {
        <form class="mt-6" action=routes::LOGIN method="post" aria-labelledby="people-h">
            <input type="hidden" name="next" value=next/>
            <h2 id="people-h" class="hd">"Development: be somebody"</h2>
            <ul class="mt-2 divide-y divide-base-300 border-y border-base-300">
                {people.into_iter().map(|p| {
                    let person = Person { id: None, name: p.name.clone(), initials: p.initials };
                    view! {
                        <li>
                            <button
                                class="tap flex w-full cursor-pointer items-center gap-2.5 px-1 py-1.5 text-left hover:bg-base-200"
                                name="person"
                                value=p.username
                            >
                                <Initials person=Some(person)/>
                                <span><span class="text-ink-2">"Sign in as "</span><span class="font-medium">{p.name}</span></span>
                                <span class="ml-auto text-xs text-ink-2">{p.note}</span>
                            </button>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </form>
    }
}

/// The other half on wide screens: what it is, drawn.
#[component]
fn Beside() -> impl IntoView {
    view! {
        <div class="hidden flex-col justify-center gap-8 border-l border-base-300 bg-base-200 px-12 py-12 text-ink-2 lg:flex xl:pr-[max(3rem,calc((100vw-1180px)/2))]">
            <p class="max-w-[34ch] text-xl font-bold tracking-tight text-base-content">"Report, manage, escalate!"</p>
            <div aria-hidden="true"><RulerFull ruler=specimen()/></div>
            <p class="max-w-[44ch]">"One channel, one timeline, one record. Slack, web and API say the same thing at the same time."</p>
        </div>
    }
}

/// An ordinary incident, as an ornament.
fn specimen() -> Ruler {
    let band =
        |from, to, status, label: &str| Band { from, to, status, label: label.into(), title: label.into() };
    let flag = |at, name: &str, time: &str| Flag { at, name: name.into(), time: time.into() };
    Ruler {
        bands: vec![
            band(34, 172, 10, "Open"),
            band(172, 379, 20, "Investigating"),
            band(379, 586, 30, "Mitigating"),
            band(586, 758, 40, "Mitigated"),
            band(758, 948, 50, "Post-mortem"),
        ],
        flags: vec![flag(34, "Declared", "10:10"), flag(586, "Recovered", "12:20")],
        now: Some(948),
        ..Ruler::default()
    }
}
