//! From a delivery to what is done about it. Nothing here decides: each arm calls one modal, command or event.
//!
//! Commands, clicks and shortcuts are answered at once and worked on in a task of this process: their trigger dies
//! with it anyway. Submissions and questions for options are answered with their result.

use super::{
    blocks::{Block, Mrkdwn, View, actions, button, section},
    client::{Client, Which},
    commands::{self, Asked as Typed, Verb},
    delivery::{Asked, Command, Interaction, OpenView, Pressed},
    directory::{self, Known, Stranger},
    form::{self, Answer},
    ids::{Action, Callback, Field, Shortcut, Used},
    modals::{
        Asker, DraftOf, Trouble, details, impact, open, picker, recent, sentence,
        update::{self, How},
        working,
    },
    which,
};
use crate::{context::Context, failure, told};
use domain::{Error, Result};
use serde_json::{Value, json};
use std::time::Duration;

/// Longer, and the view says that it takes a moment: Slack gives up after three seconds.
const ACK_WITHIN: Duration = Duration::from_secs(2);

/// A slash command.
pub async fn command(ctx: Context, slack: Client, command: Command) {
    let interaction = Interaction {
        user_id: command.user_id.clone(),
        user_team: None,
        trigger_id: command.trigger_id.clone(),
        response_url: Some(command.response_url.clone()).filter(|url| !url.is_empty()),
        channel_id: Some(command.channel_id.clone()).filter(|id| !id.is_empty()),
        view: None,
    };
    with_asker(&ctx, &slack, interaction, async |asker| match commands::parse(&command.text) {
        Ok(typed) => run_command(asker, typed, &command.command).await,
        Err(unknown) => {
            let mut blocks = vec![commands::unknown(&unknown, &command.command)];
            blocks.extend(help(asker.ctx, &command.command));
            tell(asker, "Unknown command", &blocks).await
        }
    })
    .await;
}

async fn run_command(asker: &Asker<'_>, typed: Typed, command: &str) -> std::result::Result<(), Trouble> {
    match typed.verb {
        Verb::Help => tell(asker, "Help", &help(asker.ctx, command)).await,
        Verb::Open => open::open(asker).await,
        Verb::Update => {
            let here = which::of_channel(asker.ctx, asker.known.caller.viewer(), asker.channel.as_deref());
            let incident = match typed.incident {
                Some(incident) => Some(incident),
                None => here.await?,
            };
            update::hub(asker, incident, How::Show).await
        }
    }
}

fn help(ctx: &Context, command: &str) -> Vec<Block> {
    let guide =
        ctx.settings.slack.as_ref().and_then(|s| s.incident_guide_url.as_ref()).map(|url| url.as_str());
    commands::help(&ctx.settings.site.display_name, command, guide)
}

/// A button, a select, a menu.
pub async fn action(ctx: Context, slack: Client, interaction: Interaction, pressed: Pressed) {
    let carried = which::carried(&interaction, Some(&pressed));
    with_asker(&ctx, &slack, interaction, async |asker| run_action(asker, &pressed, carried).await).await;
}

async fn run_action(
    asker: &Asker<'_>,
    pressed: &Pressed,
    carried: Option<domain::IncidentId>,
) -> std::result::Result<(), Trouble> {
    let action = match &pressed.used {
        Used::Known(action) => *action,
        Used::Impact(_) => return impact::chosen(asker, in_view(asker)?).await,
        Used::KeyEvent(_) | Used::Field(_) | Used::Unknown => {
            tracing::debug!(slack.action = ?pressed.used, "Nothing follows from this action");
            return Ok(());
        }
    };
    let incident = async || -> std::result::Result<_, Trouble> {
        match carried {
            Some(incident) => Ok(Some(incident)),
            None => {
                Ok(which::of_channel(asker.ctx, asker.known.caller.viewer(), asker.channel.as_deref())
                    .await?)
            }
        }
    };
    match action {
        Action::OpenIncident => open::open(asker).await,
        Action::OpenImpact | Action::PushImpact => impact::push(asker, DraftOf::read(in_view(asker)?)?).await,
        Action::OpenDetails | Action::PushDetails => {
            details::push(asker, DraftOf::read(in_view(asker)?)?).await
        }
        Action::OpenRecent | Action::PushRecent => recent::show(asker).await,
        Action::OpenUpdateHub => update::hub(asker, incident().await?, How::Show).await,
        Action::OpenUpdateStatus | Action::PushUpdateStatus => {
            update::form(asker, incident().await?, None, How::Show).await
        }
        Action::ReplaceUpdateStatus => update::form(asker, incident().await?, None, How::Replace).await,
        Action::RaiseToP2 => update::form(asker, incident().await?, Some(2), How::Show).await,
        Action::RaiseToP3 => update::form(asker, incident().await?, Some(3), How::Show).await,
        Action::PickIncident => picked(asker, carried).await,
        Action::OpenAgain => open_again(asker, pressed.value.as_deref()).await,
        Action::OpenLink
        | Action::OpenUpdateRoles
        | Action::OpenEdit
        | Action::OpenClose
        | Action::OpenClosureReason
        | Action::OpenStatus
        | Action::OpenOncall
        | Action::OpenPostmortem
        | Action::OpenSos
        | Action::OpenDowngrade
        | Action::PushUpdateRoles
        | Action::PushEdit
        | Action::PushPostmortem
        | Action::PushSos
        | Action::PushDowngrade
        | Action::ReplaceUpdateRoles
        | Action::ReplaceEdit
        | Action::ReplaceSos
        | Action::ReplaceDowngrade
        | Action::HomeMenu
        | Action::CreatePostmortemNow
        | Action::DustPostmortem
        | Action::SetType => {
            tracing::debug!(slack.action = action.as_str(), "Nothing follows from this action");
            Ok(())
        }
    }
}

/// An incident was chosen: the view becomes what it was asked for.
async fn picked(asker: &Asker<'_>, incident: Option<domain::IncidentId>) -> std::result::Result<(), Trouble> {
    if incident.is_none() {
        return Ok(());
    }
    match in_view(asker)?.callback {
        Some(Callback::UpdateStatus) => update::form(asker, incident, None, How::Replace).await,
        _ => update::hub(asker, incident, How::Replace).await,
    }
}

/// "Try again" carries what to open: `open`, or `update` with a number.
async fn open_again(asker: &Asker<'_>, value: Option<&str>) -> std::result::Result<(), Trouble> {
    match commands::parse(value.unwrap_or("open")) {
        Ok(typed) => run_command(asker, typed, "/incident").await,
        Err(_) => open::open(asker).await,
    }
}

fn in_view<'a>(asker: &'a Asker<'_>) -> Result<&'a OpenView> {
    asker.view.as_ref().ok_or(Error::NotFound)
}

/// A global or message shortcut.
pub async fn shortcut(ctx: Context, slack: Client, interaction: Interaction, shortcut: Shortcut) {
    with_asker(&ctx, &slack, interaction, async |asker| match shortcut {
        Shortcut::OpenIncident => open::open(asker).await,
        Shortcut::UpdateStatus => {
            let viewer = asker.known.caller.viewer();
            let incident = which::of_channel(asker.ctx, viewer, asker.channel.as_deref()).await?;
            update::form(asker, incident, None, How::Show).await
        }
        Shortcut::Edit
        | Shortcut::Close
        | Shortcut::ClosureReason
        | Shortcut::Status
        | Shortcut::OpenImpact => {
            tracing::debug!(slack.shortcut = shortcut.as_str(), "Nothing follows from this shortcut");
            Ok(())
        }
    })
    .await;
}

/// A submission, answered with its result. Over two seconds the view says so, and gets the result when it is there.
pub async fn submission(
    ctx: Context,
    slack: Client,
    interaction: Interaction,
    callback: Callback,
) -> Option<Value> {
    let view = interaction.view.clone()?;
    let mut work = {
        let (ctx, slack) = (ctx.clone(), slack.clone());
        let reference = failure::reference().unwrap_or_else(failure::fresh_reference);
        tokio::spawn(failure::under(
            reference,
            told::during(async move { submit(&ctx, &slack, interaction, callback).await }),
        ))
    };
    match tokio::time::timeout(ACK_WITHIN, &mut work).await {
        Ok(Ok(answer)) => answer.body(),
        Ok(Err(panic)) => {
            let error = failure::broken("answering a submission", &panic);
            Answer::replace(sentence("Not sent", &format!("{error}."))).body()
        }
        Err(_) => {
            tokio::spawn(async move {
                if let Ok(answer) = work.await {
                    show_late(&slack, &view, answer).await;
                }
            });
            Answer::replace(working()).body()
        }
    }
}

async fn submit(ctx: &Context, slack: &Client, interaction: Interaction, callback: Callback) -> Answer {
    let state = interaction.view.as_ref().map(|v| v.state.clone()).unwrap_or_default();
    let known = match directory::identify(ctx, slack, &interaction.user_id).await {
        Ok(Ok(known)) => known,
        Ok(Err(stranger)) => return refuse(ctx, stranger, &state).await,
        Err(error) => return failed(&error, &state),
    };
    let asker = Asker::of(ctx, slack, known, interaction);
    let Some(view) = asker.view.clone() else { return Answer::Close };
    let answered = match callback {
        Callback::Open => open::submit(&asker, &view).await,
        Callback::Impact => impact::submit(&asker, &view).await,
        Callback::Details => details::submit(&asker, &view).await,
        Callback::UpdateStatus => update::submit(&asker, &view).await,
        Callback::RecentIncidents
        | Callback::UpdateHub
        | Callback::UpdateRoles
        | Callback::Edit
        | Callback::Close
        | Callback::ClosureReason
        | Callback::Status
        | Callback::TriggerOncall
        | Callback::Postmortem
        | Callback::Sos
        | Callback::Downgrade
        | Callback::SelectIncident
        | Callback::Result => Ok(Answer::Close),
    };
    match answered {
        Ok(answer) => answer,
        Err(Trouble::Ours(error)) => failed(&error, &state),
        Err(Trouble::Slack(error)) => {
            tracing::warn!(error.message = %error, "Slack refused while a submission was answered");
            Answer::Close
        }
    }
}

fn failed(error: &Error, state: &super::delivery::State) -> Answer {
    let words = match error {
        Error::NotFound => "This form is more than a day old. Open it again.".to_owned(),
        error => format!("{error}."),
    };
    match form::errors(error, state) {
        Some(at) if !matches!(error, Error::NotFound) => Answer::Errors(at),
        _ => Answer::replace(sentence("Not sent", &words)),
    }
}

async fn refuse(ctx: &Context, stranger: Stranger, state: &super::delivery::State) -> Answer {
    let words = stranger.words(directory::support_channel(ctx).await.as_deref());
    match form::errors(&Error::refused("stranger", words.clone()), state) {
        Some(at) => Answer::Errors(at),
        None => Answer::replace(super::modals::result("Not sent", vec![section(Mrkdwn::trusted(words))])),
    }
}

/// The result of a submission that was told to take a moment.
async fn show_late(slack: &Client, view: &OpenView, answer: Answer) {
    let shown = match answer {
        Answer::Replace(view) => *view,
        Answer::Close | Answer::Clear => sentence("Done", "Done. Close this."),
        Answer::Errors(errors) => late_errors(&errors, view),
    };
    if let Err(error) = slack.views_update(Which::Id(&view.id), None, &shown).await {
        tracing::warn!(error.message = %error, "The result of a slow submission was not shown");
    }
}

fn late_errors(errors: &std::collections::BTreeMap<String, String>, view: &OpenView) -> View {
    let lines = errors.values().map(|words| Mrkdwn::escaped(words).to_string()).collect::<Vec<_>>();
    let mut blocks = vec![section(Mrkdwn::trusted(lines.join("\n")))];
    for field in [Field::Title, Field::Description, Field::Message] {
        blocks.extend(view.state.field(field).map(|words| section(Mrkdwn::quote(words))));
    }
    super::modals::result("Not sent", blocks)
}

/// Options for a select that asks while somebody types. Whoever may not ask gets none.
pub async fn suggestion(ctx: Context, slack: Client, interaction: Interaction, asked: Asked) -> Value {
    let options = match directory::identify(&ctx, &slack, &interaction.user_id).await {
        Ok(Ok(known)) => suggested(&ctx, &known, &asked).await,
        Ok(Err(_)) => Ok(vec![]),
        Err(error) => Err(error),
    };
    let options = options.unwrap_or_else(|error| {
        tracing::warn!(error.message = %error, "No options for a select");
        vec![]
    });
    json!({ "options": options })
}

async fn suggested(ctx: &Context, known: &Known, asked: &Asked) -> Result<Vec<super::blocks::Choice>> {
    if asked.used == Used::Known(Action::PickIncident) {
        return picker::options(ctx, known.caller.viewer(), &asked.typed).await;
    }
    let Used::Field(field) = asked.used else { return Ok(vec![]) };
    let catalog = ctx.catalog().await?;
    Ok(form::suggested(field, &asked.typed, &catalog))
}

/// Finds who asks and does it; what goes wrong is told to them.
async fn with_asker<F>(ctx: &Context, slack: &Client, interaction: Interaction, work: F)
where
    F: AsyncFnOnce(&Asker<'_>) -> std::result::Result<(), Trouble>,
{
    let response_url = interaction.response_url.clone();
    let known = match directory::identify(ctx, slack, &interaction.user_id).await {
        Ok(Ok(known)) => known,
        Ok(Err(stranger)) => {
            let words = stranger.words(directory::support_channel(ctx).await.as_deref());
            respond(slack, response_url.as_deref(), &words, &[section(Mrkdwn::trusted(words.clone()))]).await;
            return;
        }
        Err(error) => {
            let words = format!("{error}.");
            respond(slack, response_url.as_deref(), &words, &[section(Mrkdwn::escaped(&words))]).await;
            return;
        }
    };
    let asker = Asker::of(ctx, slack, known, interaction);
    if let Err(trouble) = work(&asker).await {
        explain(&asker, trouble).await;
    }
}

/// Says what went wrong where the person looks: at the command's address, or in a view on top; and when Slack takes no
/// view, in their messages with the app.
async fn explain(asker: &Asker<'_>, trouble: Trouble) {
    let answers = asker.response_url.is_some();
    let (words, again) = match &trouble {
        Trouble::Ours(Error::NotFound) => {
            ("This is more than a day old, or not there any more. Open it again.".to_owned(), true)
        }
        Trouble::Ours(error) => (format!("{error}."), false),
        Trouble::Slack(error)
            if error.is_any(&["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"]) =>
        {
            let press = if answers { "" } else { " Press again." };
            (format!("Slack gives three seconds to open a window, and they were over.{press}"), true)
        }
        Trouble::Slack(error) => {
            tracing::warn!(error.message = %error, "Slack refused a view");
            let press = if answers { "Try again" } else { "Press again" };
            (format!("Slack did not open the window. {press} in a moment."), true)
        }
    };
    if !answers {
        return on_top(asker, &words).await;
    }
    let mut blocks = vec![section(Mrkdwn::escaped(&words))];
    if again {
        blocks.push(actions(vec![button(Action::OpenAgain, "Try again", "open")]));
    }
    respond(asker.slack, asker.response_url.as_deref(), &words, &blocks).await;
}

/// A click in a view has no address to answer at.
async fn on_top(asker: &Asker<'_>, words: &str) {
    let Err(refused) = asker.show(&sentence("Not done", words)).await else { return };
    tracing::debug!(error.message = %refused, "No view on top either");
    if let Err(error) = asker.whisper(words).await {
        tracing::warn!(error.message = %error, "A person was not told what went wrong: {words}");
    }
}

async fn tell(asker: &Asker<'_>, text: &str, blocks: &[Block]) -> std::result::Result<(), Trouble> {
    respond(asker.slack, asker.response_url.as_deref(), text, blocks).await;
    Ok(())
}

async fn respond(slack: &Client, response_url: Option<&str>, text: &str, blocks: &[Block]) {
    let Some(url) = response_url else {
        tracing::debug!("Nobody to answer: {text}");
        return;
    };
    // At most once: whether an answer that got lost was shown cannot be looked up.
    if let Err(error) = slack.respond(url, text, blocks).await {
        tracing::warn!(error.message = %error, "An answer was not shown");
    }
}
