//! A database, people, and servers on it.

use crate::{acts::Did, rows};
use domain::{
    Caller, IncidentId, Origin, Timestamp, UserId,
    catalog::Catalog,
    incident::{Declaration, Limits, RawDeclaration},
    past::{Kind, Past, Record},
};
use server::{
    clock::Clock,
    context::Context,
    db::{self, Database},
    history, incidents,
    settings::Settings,
    users,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::{collections::BTreeMap, sync::Arc};

const PEOPLE: [&str; 3] = ["yusuf.demir", "ines.okafor", "priya.raman"];

#[derive(Clone)]
pub struct Desk {
    pub db: PgPool,
    pub clock: Clock,
    pub catalog: Arc<Catalog>,
    settings: Arc<Settings>,
    database: Arc<Database>,
}

/// A person at a server of their own.
#[derive(Clone)]
pub struct Seat {
    pub ctx: Context,
    pub caller: Caller,
    /// Everybody, to give roles to.
    pub people: Vec<UserId>,
}

impl Seat {
    pub fn me(&self) -> UserId {
        self.caller.user_id().expect("a person")
    }
}

impl Desk {
    /// A database of its own: in the PostgreSQL that `FF_TEST_POSTGRES` names, else a private one in the target folder.
    pub async fn open() -> Desk {
        let mut variables: BTreeMap<String, String> = BTreeMap::from([
            ("ENV".into(), "dev".into()),
            ("SECRET_KEY".into(), "tests-4Wq8zR1nXc6Lk2Tb9Vh5Jm7Pd3Gf0Ys".into()),
            ("BASE_URL".into(), "http://127.0.0.1:8000".into()),
            ("TIME_ZONE".into(), "Europe/Paris".into()),
            ("FF_DATA_DIR".into(), format!("{}/history", env!("CARGO_TARGET_TMPDIR"))),
        ]);
        if let Ok(url) = std::env::var("FF_TEST_POSTGRES") {
            variables.insert("DATABASE_URL".into(), fresh(&url).await);
        }
        let settings = Arc::new(Settings::from_env(variables).expect("settings"));
        let database = db::connect(&settings).await.expect("the database answers");
        let db = database.pool.clone();
        db::migrate(&db).await.expect("the database is migrated");
        server::catalog::seed(&db).await.expect("reference data");
        let clock = Clock::system().apart();
        users::sandbox::ensure_sandbox_people(&db, clock.now()).await.expect("people");
        server::catalog::add_cost_type(&db, "Vouchers", "Given to those who waited.", clock.now())
            .await
            .expect("a type of costs");
        let catalog = server::catalog::read(&db).await.expect("reference data");
        Desk { db, clock, catalog, settings, database: Arc::new(database) }
    }

    pub async fn close(self) {
        drop(self.db);
        if let Ok(database) = Arc::try_unwrap(self.database) {
            database.stop().await;
        }
    }

    /// Everybody, each at a server of their own.
    pub async fn seats(&self) -> Vec<Seat> {
        let mut people = Vec::new();
        for username in PEOPLE {
            let user = users::directory::by_username(&self.db, username).await.expect("people can be read");
            people.push(user.expect("a person of the sandbox").id);
        }
        let mut seats = Vec::new();
        for user in &people {
            let caller = users::permissions::caller(&self.db, *user, Origin::Web).await;
            let caller = caller.expect("permissions can be read").expect("an active person");
            seats.push(Seat { ctx: self.server(), caller, people: people.clone() });
        }
        seats
    }

    /// The same person at the next server: nothing of the one that died is left.
    pub async fn restarted(&self, seat: Seat) -> Seat {
        Seat { ctx: self.server(), ..seat }
    }

    fn server(&self) -> Context {
        Context::new(self.db.clone(), self.clock.clone(), self.settings.clone(), None)
    }

    /// Who may take words away.
    pub fn eraser(&self) -> Caller {
        Caller::system(Origin::Cli)
    }

    pub async fn declares(&self) -> IncidentId {
        let seat = self.seats().await.remove(0);
        let raw = RawDeclaration {
            title: Some("Card payments fail at checkout".into()),
            description: Some("Customers reach the last step and are sent back.".into()),
            incident_category: Some(self.catalog.categories[0].id.to_string()),
            priority: Some(self.catalog.priorities[1].id.to_string()),
            environment: vec![self.catalog.environments[0].id.to_string()],
            ..RawDeclaration::default()
        };
        let asked = Declaration::parse(&raw, &self.catalog, Limits::Form).expect("a declaration");
        let declared = incidents::declare(&seat.ctx, &seat.caller, &asked, None, None).await;
        declared.expect("it is declared").incident
    }

    pub async fn records(&self, id: IncidentId) -> Vec<Record> {
        self.read(id, None).await
    }

    /// What the history says was true at this moment; at the end without one.
    pub async fn folded(&self, id: IncidentId, until: Option<Timestamp>) -> Past {
        let records = self.read(id, until).await;
        rows::in_order(Past::of(&records, &self.catalog).expect("its records begin with the declaration"))
    }

    async fn read(&self, id: IncidentId, until: Option<Timestamp>) -> Vec<Record> {
        let stored = history::read(&self.db, &format!("incident {id}"), 0, until).await.expect("a stream");
        stored.iter().map(|stored| stored.record().expect("a record of this version")).collect()
    }

    /// How many records there are of each kind and person.
    pub async fn told(&self, id: IncidentId) -> BTreeMap<Did, i64> {
        let stored = history::read(&self.db, &format!("incident {id}"), 0, None).await.expect("a stream");
        let mut told = BTreeMap::new();
        for record in stored {
            let kind = Kind::from_name(&record.kind).expect("a kind of this version");
            let actor = record.record().expect("a record").actor;
            if let Some(actor) = actor {
                *told.entry((kind, actor)).or_default() += 1;
            }
        }
        told
    }

    /// Kinds of records of incidents that no act has made.
    pub async fn kinds_that_never_came(&self) -> Vec<Kind> {
        let came: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT kind FROM history WHERE stream LIKE 'incident %'")
                .fetch_all(&self.db)
                .await
                .expect("kinds can be read");
        let of_incidents = Kind::ALL.iter().filter(|kind| crate::acts::is_of_incidents(**kind));
        of_incidents.filter(|kind| !came.iter().any(|name| name == kind.as_str())).copied().collect()
    }
}

async fn fresh(url: &str) -> String {
    let mut url: url::Url = url.parse().expect("the address of PostgreSQL");
    let name = format!("ff_{}_history", std::process::id());
    let mut conn = PgConnection::connect(url.as_str()).await.expect("PostgreSQL answers");
    let sql = format!("CREATE DATABASE {name}");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.expect("a database is made");
    url.set_path(&name);
    url.into()
}
