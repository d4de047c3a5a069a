//! The first administrator, named by variables in installations of old (`firefighter create-superuser`).

use super::{Reader, Secret};

/// `DJANGO_SUPERUSER_EMAIL`, `DJANGO_SUPERUSER_USERNAME`, `DJANGO_SUPERUSER_PASSWORD`: used by that command alone.
#[derive(Debug, Clone)]
pub struct FirstAdminSettings {
    pub email: Option<String>,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

impl FirstAdminSettings {
    pub(super) fn read(r: &Reader) -> Self {
        FirstAdminSettings {
            email: r.text("DJANGO_SUPERUSER_EMAIL").map(str::to_owned),
            username: r.text("DJANGO_SUPERUSER_USERNAME").map(str::to_owned),
            password: r.text("DJANGO_SUPERUSER_PASSWORD").map(Secret::new),
        }
    }
}
