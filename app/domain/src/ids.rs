//! Every id is its own type, so that a priority cannot be passed where a category is meant.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = <$inner as FromStr>::Err;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    };
}

id!(
    /// The number people say: `#123`. One sequence for all incidents; gaps are ordinary.
    IncidentId(i64)
);
id!(
    /// One entry of a timeline.
    UpdateId(Uuid)
);
id!(UserId(Uuid));
id!(EnvironmentId(Uuid));
id!(PriorityId(Uuid));
id!(
    /// Legacy twin of a priority; only stored.
    SeverityId(Uuid)
);
id!(
    /// A group of incident categories, not of people.
    GroupId(Uuid)
);
id!(CategoryId(Uuid));
id!(ImpactTypeId(i32));
id!(ImpactLevelId(Uuid));
id!(RoleTypeId(i32));
id!(MilestoneTypeId(i32));
id!(MetricTypeId(i32));
id!(CostTypeId(i64));
id!(CostId(i64));
id!(JobId(i64));
