//! Who is on an incident: whoever is in its channel. Joining makes a member, leaving ends it.

use super::store;
use crate::{change::Change, context::Context};
use domain::{Caller, Error, IncidentId, Result, UserId};

/// Makes a person a member; one who is already is left alone.
///
/// # Errors
/// [`Error::NotFound`] when there is no such incident.
pub async fn join(ctx: &Context, caller: &Caller, incident: IncidentId, user: UserId) -> Result<()> {
    let mut w = ctx.write(caller).await?;
    if !store::lock_row(w.conn(), incident).await? {
        return Err(Error::NotFound);
    }
    let now = w.now();
    if store::add_member(w.conn(), incident, user, now).await? {
        w.commit(Change::MemberJoined { incident, user }, ()).await?;
    }
    Ok(())
}

/// Ends a person's membership; one who is no member is left alone.
///
/// # Errors
/// [`Error::NotFound`] when there is no such incident.
pub async fn leave(ctx: &Context, caller: &Caller, incident: IncidentId, user: UserId) -> Result<()> {
    let mut w = ctx.write(caller).await?;
    if !store::lock_row(w.conn(), incident).await? {
        return Err(Error::NotFound);
    }
    if store::remove_member(w.conn(), incident, user).await? {
        w.commit(Change::MemberLeft { incident, user }, ()).await?;
    }
    Ok(())
}
