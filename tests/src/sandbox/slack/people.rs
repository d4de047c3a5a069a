//! Web API: who the app is, who is in the workspace.

use serde_json::{Value, json};

use super::state::{BOT_ID, BOT_NAME, BOT_USER, TEAM, TEAM_DOMAIN, TEAM_NAME, User, UserGroup};
use super::web_api::{Answer, Call, fields};

/// <https://docs.slack.dev/reference/methods/auth.test>
pub fn auth_test(_: &mut Call<'_>) -> Answer {
    Ok(fields(json!({
        "url": format!("https://{TEAM_DOMAIN}.slack.com/"), "team": TEAM_NAME, "team_id": TEAM,
        "user": BOT_NAME, "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": false,
    })))
}

/// <https://docs.slack.dev/reference/methods/team.info>
pub fn team_info(_: &mut Call<'_>) -> Answer {
    Ok(fields(json!({ "team": {
        "id": TEAM, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "url": format!("https://{TEAM_DOMAIN}.slack.com/"),
        "email_domain": "example.com", "icon": { "image_default": true }, "is_verified": false,
    } })))
}

/// <https://docs.slack.dev/reference/methods/users.info>
pub fn info(call: &mut Call<'_>) -> Answer {
    let id = call.needed("user", "user_not_found")?;
    let user = call.slack.user(&id).ok_or("user_not_found")?;
    Ok(fields(json!({ "user": user_json(user) })))
}

/// <https://docs.slack.dev/reference/methods/users.list>
pub fn list(call: &mut Call<'_>) -> Answer {
    let all = call.slack.users.iter().map(user_json).collect();
    let (members, next) = call.page(all)?;
    Ok(fields(
        json!({ "members": members, "cache_ts": call.now_s(), "response_metadata": { "next_cursor": next } }),
    ))
}

/// <https://docs.slack.dev/reference/methods/users.lookupByEmail>: deactivated people are not found.
pub fn lookup_by_email(call: &mut Call<'_>) -> Answer {
    let email = call.needed("email", "users_not_found")?;
    let mut people = call.slack.users.iter().filter(|user| !user.deleted);
    let found =
        people.find(|user| user.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(&email)));
    Ok(fields(json!({ "user": user_json(found.ok_or("users_not_found")?) })))
}

/// <https://docs.slack.dev/reference/methods/usergroups.list>
pub fn usergroups(call: &mut Call<'_>) -> Answer {
    let (with_users, with_disabled) = (call.flag("include_users"), call.flag("include_disabled"));
    let groups = call.slack.usergroups.iter().filter(|group| with_disabled || !group.disabled);
    let told: Vec<Value> = groups.map(|group| usergroup_json(group, with_users, call.now_s())).collect();
    Ok(fields(json!({ "usergroups": told })))
}

fn usergroup_json(group: &UserGroup, with_users: bool, now_s: i64) -> Value {
    let mut out = json!({
        "id": group.id, "team_id": TEAM, "is_usergroup": true, "is_subteam": true, "name": group.name,
        "description": "", "handle": group.handle, "is_external": false, "date_create": 1_750_000_000,
        "date_update": 1_750_000_000, "date_delete": if group.disabled { now_s } else { 0 }, "auto_type": null,
        "created_by": "U0INES", "updated_by": "U0INES", "deleted_by": null,
        "prefs": { "channels": [], "groups": [] }, "user_count": group.users.len(), "channel_count": 0,
    });
    if with_users {
        out["users"] = group.users.clone().into();
    }
    out
}

/// A person as Slack writes him out. Bots have no e-mail address.
pub fn user_json(user: &User) -> Value {
    let (first, last) = user.real_name.split_once(' ').unwrap_or((&user.real_name, ""));
    let mut profile = json!({
        "title": user.title, "phone": "", "skype": "", "real_name": user.real_name, "real_name_normalized": user.real_name,
        "display_name": user.real_name, "display_name_normalized": user.real_name, "status_text": "", "status_emoji": "",
        "status_expiration": 0, "avatar_hash": "g00000000000", "first_name": first, "last_name": last,
        "image_24": "https://avatar.example.com/24.png", "image_48": "https://avatar.example.com/48.png",
        "image_72": "https://avatar.example.com/72.png", "image_192": "https://avatar.example.com/192.png",
        "team": TEAM, "fields": {},
    });
    if let Some(email) = &user.email {
        profile["email"] = email.as_str().into();
    }
    if user.is_bot {
        profile["bot_id"] = BOT_ID.into();
        profile["api_app_id"] = super::state::APP_ID.into();
    }
    json!({
        "id": user.id, "team_id": TEAM, "name": user.name, "deleted": user.deleted, "color": "9f69e7",
        "real_name": user.real_name, "tz": "Europe/Paris", "tz_label": "Central European Time", "tz_offset": 3_600,
        "profile": profile, "is_admin": false, "is_owner": false, "is_primary_owner": false,
        "is_restricted": user.is_restricted, "is_ultra_restricted": false, "is_bot": user.is_bot, "is_app_user": false,
        "updated": 1_750_000_000, "is_email_confirmed": user.email.is_some(), "locale": "en-GB",
    })
}
