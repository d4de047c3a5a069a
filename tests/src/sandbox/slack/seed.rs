//! The workspace at the start: a small desk of people, four channels, one user group.

use super::state::{BOT_NAME, BOT_USER, ChannelKind, Message, Slack, User, UserGroup, new_channel};

/// What the app is told about when nothing else is asked: the product's own manifest.
const SUBSCRIBED: [&str; 21] = [
    "app_home_opened",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "user_change",
    "team_join",
];

const PEOPLE: [(&str, &str, &str); 7] = [
    ("U0YUSUF", "Yusuf Demir", "Site reliability"),
    ("U0INES", "Ines Okafor", "Incident commander"),
    ("U0MARA", "Mara Lindqvist", "Payments"),
    ("U0TOMASZ", "Tomasz Wieczorek", "Payments"),
    ("U0PRIYA", "Priya Raman", "Search"),
    ("U0SOFIA", "Sofia Lindgren", "Communication"),
    ("U0KWAME", "Kwame Mensah", "Platform"),
];

/// Fills a fresh workspace.
pub fn workspace(epoch: String, now_micros: i64) -> Slack {
    let mut slack = Slack::named(epoch);
    let now_s = now_micros / 1_000_000;
    slack.subscriptions = SUBSCRIBED.map(String::from).to_vec();
    for (id, real_name, title) in PEOPLE {
        slack.users.push(person(id, real_name, title));
    }
    slack.users.push(User { is_restricted: true, ..person("U0GUEST", "Gil Guest", "Contractor") });
    let bot = User {
        id: BOT_USER.into(),
        name: BOT_NAME.into(),
        real_name: "FireFighter".into(),
        is_bot: true,
        ..User::default()
    };
    slack.users.push(bot);
    let slackbot = User {
        id: "USLACKBOT".into(),
        name: "slackbot".into(),
        real_name: "Slackbot".into(),
        ..User::default()
    };
    slack.users.push(slackbot);

    let on_call = ["U0YUSUF", "U0INES"].map(String::from).to_vec();
    slack.usergroups.push(UserGroup {
        id: "S0ONCALL".into(),
        name: "On call".into(),
        handle: "oncall".into(),
        users: on_call,
        disabled: false,
    });

    let everybody: Vec<String> = PEOPLE.iter().map(|(id, ..)| (*id).to_owned()).collect();
    for (id, name, purpose) in [
        ("C0GENERAL", "general", "For everybody"),
        ("C0TECH", "tech-incidents", "What burns, and what was put out"),
        ("C0DEPLOY", "it-deploy", "Who ships what, and when"),
        ("C0SUPPORT", "support", "Questions about the incident desk"),
    ] {
        let mut channel = new_channel(id, name, ChannelKind::Public, "U0INES", now_s, everybody.clone());
        channel.is_general = id == "C0GENERAL";
        channel.purpose.value = purpose.into();
        slack.channels.push(channel);
    }
    if let Some(general) = slack.channel_mut("C0GENERAL") {
        general.members.push("U0GUEST".into());
    }
    for (user, text) in [
        ("U0SOFIA", "Autumn campaign goes live at nine. Traffic will be about twice a normal Tuesday."),
        ("U0KWAME", "Noted. We scale the web tier before that, nothing else is planned."),
    ] {
        let ts = slack.fresh_ts(now_micros);
        slack.post("C0GENERAL", Message { ts, user: user.into(), text: text.into(), ..Message::default() });
    }
    slack
}

fn person(id: &str, real_name: &str, title: &str) -> User {
    let handle = real_name.to_lowercase().replace(' ', ".");
    User {
        id: id.into(),
        email: Some(format!("{handle}@example.com")),
        name: handle,
        real_name: real_name.into(),
        title: title.into(),
        ..User::default()
    }
}
