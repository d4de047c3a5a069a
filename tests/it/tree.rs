//! Who may name whom, held by reading the sources: operations know no door, wings do not know each other, `domain`
//! does no work, a product table is written in its own room only, and nothing heavy reaches the browser.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Tables of the product and the rooms that write them. The change and its history share a commit there.
const PRODUCT: [(&str, &[&str]); 17] = [
    ("incidents", &["server/src/incidents/"]),
    ("incident_updates", &["server/src/incidents/"]),
    ("incident_update_roles", &["server/src/incidents/"]),
    ("incident_members", &["server/src/incidents/"]),
    ("incident_roles", &["server/src/incidents/"]),
    ("incident_impacts", &["server/src/incidents/"]),
    ("incident_metrics", &["server/src/incidents/"]),
    ("incident_costs", &["server/src/incidents/"]),
    ("incident_tags", &["server/src/incidents/"]),
    ("tags", &["server/src/incidents/"]),
    ("slack_conversations", &["server/src/incidents/"]),
    ("slack_heard", &["server/src/incidents/"]),
    ("cost_types", &["server/src/catalog/"]),
    ("users", &["server/src/users/"]),
    ("user_groups", &["server/src/users/"]),
    ("slack_users", &["server/src/users/"]),
    ("api_tokens", &["server/src/users/"]),
];

/// Tables that carry the work and the rooms that keep them.
const PLUMBING: [(&str, &[&str]); 16] = [
    ("jobs", &["server/src/jobs/"]),
    ("job_attempts", &["server/src/jobs/"]),
    ("workers", &["server/src/jobs/"]),
    ("schedules", &["server/src/jobs/"]),
    ("vendor_pauses", &["server/src/jobs/"]),
    ("vendor_buckets", &["server/src/jobs/"]),
    ("said", &["server/src/slack/"]),
    ("slack_messages", &["server/src/slack/"]),
    ("deliveries", &["server/src/slack/"]),
    ("submissions", &["server/src/write.rs"]),
    ("drafts", &["server/src/web/", "server/src/slack/"]),
    ("sessions", &["server/src/web/"]),
    ("looks", &["server/src/looks.rs"]),
    ("history", &["server/src/history/"]),
    ("history_text", &["server/src/history/"]),
    ("history_heads", &["server/src/history/"]),
];

/// Crates that have no business in a browser. `regex` is not here: the configuration reader of Leptos brings it.
const NOT_IN_WASM: [&str; 16] = [
    "sqlx",
    "sqlx-core",
    "tokio",
    "reqwest",
    "axum",
    "hyper",
    "chrono-tz",
    "slack-morphism",
    "argon2",
    "rustls",
    "ring",
    "openssl",
    "server",
    "tower",
    "tower-http",
    "tracing-subscriber",
];

/// Where one wing may name another: the file, the path, and why.
const ACROSS: [(&str, &str, &str); 1] = [(
    "server/src/api/auth.rs",
    "crate::web::session",
    "a session of the web also signs a call to the REST API; it is read by the room that makes it",
)];

struct Source {
    /// From the root of the repository.
    path: String,
    /// Without comments, texts and unit tests.
    code: String,
    texts: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

fn sources(under: &str) -> Vec<Source> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(under), &mut found);
    assert!(!found.is_empty(), "{under} holds no sources");
    found.sort();
    found.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Source {
    let whole = fs::read_to_string(path).expect("a source");
    let text = whole.split("#[cfg(test)]\nmod ").next().expect("a first part");
    let (mut code, texts) = split(text);
    let uses: Vec<String> = code.split(';').filter_map(used).flat_map(|tree| leaves("", &tree)).collect();
    code.push('\n');
    code.push_str(&uses.join("\n"));
    let path = path.strip_prefix(root()).expect("inside").to_string_lossy().replace('\\', "/");
    Source { path, code, texts }
}

/// The tree of a `use`, without white space: `crate::{a,b::c}`.
fn used(statement: &str) -> Option<String> {
    let at = statement.rfind("use ").filter(|at| !statement[..*at].ends_with(char::is_alphanumeric))?;
    Some(statement[at + 4..].split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Every path that a tree of a `use` names, in full.
fn leaves(before: &str, tree: &str) -> Vec<String> {
    let Some((head, group)) = tree.trim().split_once('{') else {
        return vec![format!("{before}{}", tree.trim())];
    };
    let group = group.rfind('}').map_or(group, |end| &group[..end]);
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(leaves(&format!("{before}{head}"), &group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(leaves(&format!("{before}{head}"), &group[start..]));
    found
}

/// Code and its texts apart; comments fall away.
fn split(mut rest: &str) -> (String, Vec<String>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    while let Some(c) = rest.chars().next() {
        let fresh = !code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let hashes = rest.strip_prefix('r').map_or(0, |r| r.len() - r.trim_start_matches('#').len());
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if fresh && c == 'r' && rest[1 + hashes..].starts_with('"') {
            let body = &rest[2 + hashes..];
            let close = format!("\"{}", "#".repeat(hashes));
            let end = body.find(&close).expect("a raw text ends");
            texts.push(body[..end].to_owned());
            rest = &body[end + close.len()..];
            code.push_str("\"\"");
        } else if c == '"' {
            let (mut end, bytes) = (1, rest.as_bytes());
            while bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            texts.push(rest[1..end].to_owned());
            rest = &rest[end + 1..];
            code.push_str("\"\"");
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest = &rest[if rest.starts_with("'\\") { 4 } else { 3 }..];
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    (code, texts)
}

/// Lines of code that hold one of these paths as whole words.
fn naming(sources: &[Source], banned: &[&str]) -> Vec<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for source in sources {
        for line in source.code.lines() {
            for path in banned {
                let whole = line.match_indices(path).any(|(at, _)| {
                    !line[..at].ends_with(word)
                        && (path.ends_with(':') || !line[at + path.len()..].starts_with(word))
                });
                if whole {
                    found.push(format!("{} names {path}: {}", source.path, line.trim()));
                }
            }
        }
    }
    found
}

fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// `(UPDATE, table)` and the like of one SQL text.
fn writes(sql: &str) -> Vec<String> {
    let words: Vec<&str> =
        sql.split(|c: char| c.is_whitespace() || c == '(').filter(|w| !w.is_empty()).collect();
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |b| words[b]);
        let after = words.get(at + 1).copied().unwrap_or_default();
        let table = match *word {
            "INTO" if before == "INSERT" => Some(after),
            "FROM" if before == "DELETE" => Some(after),
            "UPDATE" if !["FOR", "DO", "KEY"].contains(&before) => Some(after),
            _ => None,
        };
        tables.extend(table.map(|t| t.trim_end_matches([',', ';', ')']).to_owned()));
    }
    tables
}

#[test]
fn operations_know_no_door() {
    let doors =
        ["axum", "leptos", "slack_morphism", "reqwest", "hyper", "crate::web", "crate::slack", "crate::api"];
    for room in ["server/src/incidents", "server/src/users", "server/src/catalog"] {
        none(&naming(&sources(room), &doors));
    }
}

#[test]
fn wings_do_not_know_each_other() {
    let wings = ["web", "slack", "api"];
    let mut found = Vec::new();
    for wing in wings {
        let others: Vec<String> =
            wings.iter().filter(|w| **w != wing).map(|w| format!("crate::{w}")).collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        found.extend(naming(&sources(&format!("server/src/{wing}")), &others));
    }
    for (file, path, why) in ACROSS {
        let before = found.len();
        found.retain(|line| {
            !(line.starts_with(&format!("{file} names ")) && line.ends_with(&format!(": {path}")))
        });
        assert!(found.len() < before, "{file} no longer names {path} ({why}): strike the exception");
    }
    none(&found);
}

#[test]
fn domain_does_no_work() {
    let work = [
        "sqlx",
        "tokio",
        "reqwest",
        "axum",
        "leptos",
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "std::thread",
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant",
    ];
    none(&naming(&sources("app/domain/src"), &work));
}

#[test]
fn a_store_is_private_to_its_area() {
    none(&naming(&sources("server/src"), &["pub mod store", "pub(crate) mod store"]));
}

#[test]
fn a_table_is_written_in_its_room_only() {
    let mut found = Vec::new();
    for source in sources("server/src") {
        for table in source.texts.iter().flat_map(|text| writes(text)) {
            let rooms =
                PRODUCT.iter().chain(&PLUMBING).find(|(name, _)| *name == table).map(|(_, rooms)| *rooms);
            match rooms {
                None => found.push(format!("{} writes {table}, which no room owns", source.path)),
                Some(rooms) if !rooms.iter().any(|room| source.path.starts_with(room)) => {
                    found.push(format!("{} writes {table}; its rooms are {rooms:?}", source.path));
                }
                Some(_) => {}
            }
        }
    }
    none(&found);
}

#[test]
fn an_incident_is_written_through_write() {
    let incidents = sources("server/src/incidents");
    let found: Vec<String> = incidents
        .iter()
        .filter(|s| s.texts.iter().any(|text| !writes(text).is_empty()))
        .filter(|s| !s.path.ends_with("/store.rs"))
        .filter(|s| !(s.code.contains(".write(") && s.code.contains(".commit(Change::")))
        .map(|s| format!("{} writes without Write", s.path))
        .collect();
    none(&found);
}

#[test]
fn one_clock_for_the_product_and_one_for_leases() {
    let mut found = Vec::new();
    for source in sources("server/src") {
        for text in &source.texts {
            let text = text.to_lowercase();
            let sql = ["select ", "insert ", "update ", "delete "].iter().any(|word| text.contains(word));
            let product =
                text.contains(" now()") || text.contains("(now()") || text.contains("current_timestamp");
            // The doctor compares the clocks of the two machines.
            let machine = ["server/src/jobs/", "server/src/doctor/"];
            let lease =
                text.contains("clock_timestamp") && !machine.iter().any(|room| source.path.starts_with(room));
            if sql && (product || lease) {
                found.push(format!("{} asks the database for the time: {text}", source.path));
            }
        }
    }
    let others: Vec<Source> =
        sources("server/src").into_iter().filter(|s| s.path != "server/src/clock.rs").collect();
    found.extend(naming(&others, &["Utc::now", "Local::now", "SystemTime::now"]));
    none(&found);
}

#[test]
fn nothing_heavy_reaches_the_browser() {
    let out = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args(["tree", "-p", "frontend", "--target", "wasm32-unknown-unknown"])
        .args(["-e", "normal", "--prefix", "none", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "cargo tree: {}", String::from_utf8_lossy(&out.stderr));
    let tree = String::from_utf8(out.stdout).expect("text");
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"app"), "the tree of the frontend is empty");
    none(&NOT_IN_WASM.iter().filter(|name| names.contains(name)).map(|n| n.to_string()).collect::<Vec<_>>());
}
