//! People and machines at the doors: a REST client with a token, a browser without JavaScript.

use reqwest::{Client, Method, Response, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BASE: &str = "/api/v2/firefighter/";

/// Other / Other, of the reference data.
pub const CATEGORY: &str = "390a993a-d273-4db8-b7d6-190ab294961a";
/// Security / Personal Data Breach: its incidents are private.
pub const PRIVATE_CATEGORY: &str = "81fa0384-3930-47d4-ab81-ee3ac057485f";
pub const PRD: &str = "e5c46eb0-5620-4a30-81c6-4a647c189ff2";
pub const STG: &str = "41e06f3b-4b42-4617-af9a-fa91e9af13c9";
pub const P1: &str = "3d8a4e0f-cc79-4063-9431-8aa785a56ca0";
pub const P2: &str = "8ab02fa9-f950-49cb-982e-b8d653e38ffc";
pub const P3: &str = "e12c3836-ea9b-44bf-a3cf-5a715d62395b";
pub const P4: &str = "b814c9d2-48a8-4ac4-9c71-ff844e1b77f1";

/// A REST client with a token.
#[derive(Clone)]
pub struct Api {
    base: String,
    token: String,
    http: Client,
}

impl Api {
    pub fn new(server: &str, token: &str) -> Self {
        Api { base: format!("{server}{BASE}"), token: token.into(), http: Client::new() }
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// With further headers.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        self.try_send(method, path, body, headers).await.expect("the server answers")
    }

    /// As [`Api::send`], when the server may die meanwhile.
    ///
    /// # Errors
    /// The server did not answer to the end.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<(StatusCode, Value)> {
        let answer = self.try_raw(method, path, body, headers).await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// The whole answer.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Response {
        self.try_raw(method, path, body, headers).await.expect("the server answers")
    }

    async fn try_raw(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Response> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await
    }

    /// The body of a good declaration; `more` overrides.
    pub fn declaration(more: Value) -> Value {
        let mut body = json!({
            "title": "Card payments fail at checkout",
            "description": "Customers reach the last step and get an error.",
            "environment_id": PRD,
            "incident_category_id": CATEGORY,
            "priority_id": P2,
            "created_by_email": "yusuf.demir@example.com",
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    }

    /// Declares and gives the number.
    pub async fn declares(&self, more: Value) -> i64 {
        let (status, body) = self.post("incidents", Self::declaration(more)).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["id"].as_i64().expect("a number")
    }
}

/// A browser without JavaScript: cookies, forms, redirects followed by hand.
#[derive(Clone)]
pub struct Web {
    base: String,
    http: Client,
}

/// A page as it arrived.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    /// Where it was found, path and query, after redirects.
    pub at: String,
    pub html: String,
}

impl Web {
    pub fn new(server: &str) -> Self {
        let http = Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a client");
        Web { base: server.into(), http }
    }

    /// Signs in by the form, as one of the sandbox's people.
    pub async fn signed_in(server: &str, username: &str) -> Self {
        let web = Web::new(server);
        let page = web
            .post("/admin/login/", &[("username", username), ("password", "sandbox"), ("next", "/")])
            .await;
        assert_eq!(page.status, StatusCode::OK, "signing in as {username}: {}", page.html);
        assert_eq!(page.at, "/", "signing in as {username} leads home");
        web
    }

    /// What a browser sends once this person has signed in: `name=value`.
    pub async fn cookie(server: &str, username: &str) -> String {
        let form = [("username", username), ("password", "sandbox"), ("next", "/")];
        let page = Web::new(server).once(Method::POST, "/admin/login/", Some(&form)).await;
        let cookies = page.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.filter_map(|cookie| cookie.split(';').next()).map(str::to_owned);
        let mut signed_in =
            pairs.filter(|pair| pair.split_once('=').is_some_and(|(_, value)| value.len() == 43));
        signed_in.next().unwrap_or_else(|| panic!("{username} is not signed in: {}", page.html))
    }

    /// The same browser at another server of the installation.
    pub fn at(&self, server: &str) -> Self {
        Web { base: server.into(), http: self.http.clone() }
    }

    /// An answer whose body is still to come, no redirect followed.
    pub async fn open(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).send().await.expect("the server answers")
    }

    /// One request, no redirect followed.
    pub async fn once(&self, method: Method, path: &str, form: Option<&[(&str, &str)]>) -> Page {
        self.try_once(method, path, form).await.expect("the server answers")
    }

    async fn try_once(
        &self,
        method: Method,
        path: &str,
        form: Option<&[(&str, &str)]>,
    ) -> reqwest::Result<Page> {
        let origin = self.base.clone();
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header(header::ACCEPT, "text/html,application/xhtml+xml");
        if let Some(form) = form {
            let body = serde_urlencoded::to_string(form).expect("a form");
            request = request
                .header(header::ORIGIN, origin)
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        let answer = request.send().await?;
        Ok(Page {
            status: answer.status(),
            headers: answer.headers().clone(),
            at: path.into(),
            html: answer.text().await?,
        })
    }

    /// A page, redirects followed.
    pub async fn get(&self, path: &str) -> Page {
        self.try_get(path).await.expect("the server answers")
    }

    /// As [`Web::get`], when the server may die meanwhile.
    ///
    /// # Errors
    /// The server did not answer to the end.
    pub async fn try_get(&self, path: &str) -> reqwest::Result<Page> {
        self.follow(self.try_once(Method::GET, path, None).await?).await
    }

    /// Sends a form from the page that holds it and follows where it leads.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        self.follow(self.once(Method::POST, path, Some(form)).await).await.expect("the server answers")
    }

    /// Fills the form with this action of a page (its hidden and preset fields are kept) and sends it from there.
    pub async fn submit(&self, from: &Page, action: &str, fill: &[(&str, &str)]) -> Page {
        self.try_submit(from, action, fill).await.expect("the server answers")
    }

    /// As [`Web::submit`], when the server may die meanwhile.
    ///
    /// # Errors
    /// The server did not answer to the end.
    pub async fn try_submit(
        &self,
        from: &Page,
        action: &str,
        fill: &[(&str, &str)],
    ) -> reqwest::Result<Page> {
        let page = self.submit_once(from, action, fill).await?;
        self.follow(page).await
    }

    /// The same, where it leads is not followed.
    ///
    /// # Errors
    /// The server did not answer to the end.
    pub async fn submit_once(
        &self,
        from: &Page,
        action: &str,
        fill: &[(&str, &str)],
    ) -> reqwest::Result<Page> {
        let mut fields = from.form(action);
        for (name, _) in fill {
            fields.retain(|(known, _)| known != name);
        }
        fields.extend(fill.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let body = serde_urlencoded::to_string(&fields).expect("a form");
        let answer = self
            .http
            .post(format!("{}{action}", self.base))
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::ORIGIN, &self.base)
            .header("sec-fetch-site", "same-origin")
            .header(header::REFERER, format!("{}{}", self.base, from.at))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await?;
        Ok(Page {
            status: answer.status(),
            headers: answer.headers().clone(),
            at: action.into(),
            html: answer.text().await?,
        })
    }

    async fn follow(&self, mut page: Page) -> reqwest::Result<Page> {
        for _ in 0..8 {
            if !page.status.is_redirection() {
                return Ok(page);
            }
            let to = page.headers[header::LOCATION].to_str().expect("an address").to_owned();
            let to = to.strip_prefix(&self.base).unwrap_or(&to).to_owned();
            page = self.try_once(Method::GET, &to, None).await?;
        }
        panic!("redirected in circles: {}", page.at);
    }
}

impl Page {
    /// Names and values that a browser would send of the form with this action, untouched.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let mark = format!("action=\"{action}\"");
        let start = self.html.find(&mark).unwrap_or_else(|| panic!("no form {action} in {}", self.at));
        let rest = &self.html[start..];
        let form = &rest[..rest.find("</form>").expect("a closed form")];
        let mut fields = Vec::new();
        for tag in tags(form, "input") {
            let kind = tag.get("type").map(String::as_str).unwrap_or("text");
            let chosen = !matches!(kind, "checkbox" | "radio") || tag.contains_key("checked");
            if let (Some(name), true) = (tag.get("name"), chosen && !matches!(kind, "submit" | "button")) {
                fields.push((name.clone(), tag.get("value").cloned().unwrap_or_default()));
            }
        }
        fields.extend(selects(form));
        fields.extend(textareas(form));
        fields
    }

    /// The text without markup, white space folded.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut rest = self.html.as_str();
        while let Some(open) = rest.find('<') {
            out.push_str(&rest[..open]);
            let skip = ["<script", "<style"].iter().find(|t| rest[open..].starts_with(**t));
            let end = match skip {
                Some(tag) => rest[open..].find(&format!("</{}", &tag[1..])).map(|at| open + at + 1),
                None => Some(open),
            };
            let from = end.unwrap_or(rest.len() - 1);
            let close = rest[from..].find('>').map_or(rest.len(), |at| from + at + 1);
            // Comments separate nothing; tags do.
            if !rest[open..].starts_with("<!") {
                out.push(' ');
            }
            rest = &rest[close..];
        }
        out.push_str(rest);
        unescape(&out).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn tags(html: &str, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(&format!("<{name}")) {
        rest = &rest[at + name.len() + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        found.push(attributes(&rest[..end]));
        rest = &rest[end..];
    }
    found
}

fn attributes(tag: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut rest = tag.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..end].trim_matches('/').to_owned();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix("=\"") {
            let close = after.find('"').unwrap_or(after.len());
            value = unescape(&after[..close]);
            rest = after[close..].trim_start_matches('"').trim_start();
        }
        if !name.is_empty() {
            out.insert(name, value);
        }
        if end == 0 {
            break;
        }
    }
    out
}

fn selects(form: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = form;
    while let Some(at) = rest.find("<select") {
        rest = &rest[at..];
        let end = rest.find("</select>").unwrap_or(rest.len());
        let select = &rest[..end];
        let name = tags(select, "select")[0].get("name").cloned();
        let options = tags(select, "option");
        let chosen = options.iter().find(|o| o.contains_key("selected")).or(options.first());
        if let (Some(name), Some(option)) = (name, chosen) {
            found.push((name, option.get("value").cloned().unwrap_or_default()));
        }
        rest = &rest[end..];
    }
    found
}

fn textareas(form: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = form;
    while let Some(at) = rest.find("<textarea") {
        rest = &rest[at..];
        let open = rest.find('>').unwrap_or(rest.len() - 1) + 1;
        let close = rest.find("</textarea>").unwrap_or(rest.len());
        if let Some(name) = tags(&rest[..open], "textarea")[0].get("name") {
            let text = rest[open..close].replace("<!>", "");
            found.push((name.clone(), unescape(text.strip_prefix('\n').unwrap_or(&text))));
        }
        rest = &rest[close..];
    }
    found
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}
