//! The OpenAPI document: made from the types and handlers, with what is true of all of them said once (spec 04 §10).

use super::problem::ProblemBody;
use crate::settings::Settings;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, HttpMethod, InfoBuilder, OpenApi, PathItem, Paths, Ref, ResponseBuilder, Server,
        path::Operation,
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

/// Of the interface, not of the product.
const VERSION: &str = "0.3.0";
const BEARER: &str = "bearer";

const DESCRIPTION: &str = "\
Incidents and what they are made of: read them, export them, declare them.

**Compatibility.** Fields marked as stable are never renamed or removed. Others may be added at any time: ignore what \
you do not know. The last slash of an address may be left out.

**Authentication.** Send `Authorization: Bearer <key>`. A key has the permissions of its person: reading needs \
`view_<model>`, declaring needs `add_incident`. Private incidents are there only for those who may see them.

**Formats.** JSON by itself; `text/csv` and `text/tab-separated-values` by `Accept`. The suffixes `.json`, `.csv`, \
`.tsv` and the parameter `format` work too, but `Accept` is better. Times carry the offset of the server's zone, \
durations are `[D ]HH:MM:SS[.ffffff]`, amounts are text with two digits. Nested values become columns with dots: \
`environment.value`.

**Pages.** Lists are whole, plain arrays. `limit` and `offset` cut them; `X-Total-Count` and `Link` tell the rest.

**Errors.** Every error is `{\"type\", \"errors\": [{\"code\", \"detail\", \"attr\"}]}`, in JSON also where a table was \
asked for. A validation error tells every wrong field at once.";

/// Parameters of tables.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters, which are read one by one")]
pub struct TableParameters {
    /// Only CSV and TSV: column names in order, separated by commas; `roles.*.email` stands for all that match;
    /// `__all__` for every column. Left out: the usual columns.
    #[param(example = "id,title,environment.value,roles.*.email")]
    fields: Option<String>,
    /// Only CSV and TSV: `__hidden__` leaves out the header row, `__original__` shows the names as they are.
    labels: Option<String>,
}

/// Parameters of pages.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters, which are read one by one")]
pub struct PageParameters {
    /// So many rows at most. Left out together with `offset`: all rows.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// So many rows are skipped.
    offset: Option<u32>,
}

/// Filters of the list of incidents.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, non_snake_case, reason = "names parameters, which are read by the domain's filter")]
pub struct IncidentParameters {
    /// 10 Open, 20 Investigating, 30 Mitigating, 40 Mitigated, 50 Post-mortem, 60 Closed. Repeatable.
    status: Option<Vec<i32>>,
    /// Ids. Repeatable.
    environment: Option<Vec<uuid::Uuid>>,
    /// Ids. Repeatable.
    priority: Option<Vec<uuid::Uuid>>,
    /// Ids. Repeatable.
    incident_category: Option<Vec<uuid::Uuid>>,
    /// Ids of the categories' groups. Repeatable.
    group: Option<Vec<uuid::Uuid>>,
    /// Ids of who opened it. Repeatable.
    created_by: Option<Vec<uuid::Uuid>>,
    /// A range of time: `last 7 days`, `2026-Q3`, `2026-10`.
    created_at: Option<String>,
    /// ISO 8601, or `YYYY-MM-DD HH:MM`; without an offset in the server's zone. Also `__lte`, `__gt`, `__lt`.
    created_at__gte: Option<String>,
    created_at__lte: Option<String>,
    created_at__gt: Option<String>,
    created_at__lt: Option<String>,
    id: Option<String>,
    id__iexact: Option<String>,
    id__gte: Option<i64>,
    id__lte: Option<i64>,
    id__gt: Option<i64>,
    id__lt: Option<i64>,
    /// Numbers, separated by commas.
    id__in: Option<String>,
    _status__gte: Option<i32>,
    _status__lte: Option<i32>,
    _status__gt: Option<i32>,
    /// `60`: all that are not closed.
    _status__lt: Option<i32>,
    /// `PRD`
    environment__value: Option<String>,
    /// `PRD,STG`
    environment__value__in: Option<String>,
    /// Only false alarms and duplicates, or none of them.
    ignore: Option<bool>,
    /// Words of title and description.
    search: Option<String>,
    /// `priority`, `title`, `id`, `created_at`, `created_by`, separated by commas; `-` before a name turns it around.
    #[param(example = "-created_at")]
    order_by: Option<String>,
    /// `true` adds the tags.
    show_tags: Option<bool>,
}

/// Adds to the collected paths what is true of the whole.
pub fn complete(mut document: OpenApi, settings: &Settings) -> OpenApi {
    let site = &settings.site;
    document.info = InfoBuilder::new()
        .title(format!("{} API (FF {})", site.display_name, site.version))
        .version(VERSION)
        .description(Some(DESCRIPTION))
        .build();
    let own = site.link("");
    let further = site.api_servers.iter().map(|url| url.as_str().trim_end_matches('/').to_owned());
    let mut addresses = vec![own.clone()];
    addresses.extend(further.filter(|address| *address != own));
    document.servers = Some(addresses.into_iter().map(Server::new).collect());

    let mut components = document.components.take().unwrap_or_default();
    components.schemas.insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    let mut referred = Vec::new();
    ProblemBody::schemas(&mut referred);
    components.schemas.extend(referred);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert(BEARER.to_owned(), bearer.into());
    document.components = Some(components);

    let mut paths = Paths::new();
    for (path, mut item) in std::mem::take(&mut document.paths).paths {
        for operation in operations(&mut item) {
            complete_operation(operation);
        }
        add_as_documented(&mut paths, path, item);
    }
    document.paths = paths;
    document
}

/// The addresses as they have always been written: with a slash at the end, but for declaring.
fn add_as_documented(paths: &mut Paths, path: String, mut item: PathItem) {
    if let Some(post) = item.post.take() {
        paths.add_path_operation(&path, vec![HttpMethod::Post], post);
    }
    if item.get.is_some() {
        paths.paths.insert(format!("{path}/"), item);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [item.get.as_mut(), item.post.as_mut()].into_iter().flatten()
}

/// Who may call it, and how it fails.
fn complete_operation(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    for (status, words) in [
        ("400", "Something sent is wrong"),
        ("401", "No key, or one that is not accepted"),
        ("403", "The permission is missing"),
        ("404", "Not found, or not visible"),
        ("500", "Something broke on our side"),
    ] {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
        let response = ResponseBuilder::new().description(words).content("application/json", content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
    }
}
