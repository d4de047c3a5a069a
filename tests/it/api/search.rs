//! Finding incidents by words and numbers.

use super::{YUSUF, numbers};
use serde_json::json;
use tests::app::App;

// CORE-151 CORE-152 CORE-153: words as on the web, by their stems, a title before a summary; a number is an incident too; nothing asked is everything.
#[tokio::test]
async fn words_are_found_by_their_stems_and_numbers_by_themselves() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let declares = async |title: &str, description: &str| {
        api.declares(json!({"title": title, "description": description})).await
    };
    let titled = declares("Payments are refused at checkout", "Cards of one bank, since noon.").await;
    let told =
        declares("The gateway answers slowly", "A payment takes forty seconds, orders are lost.").await;
    let other = declares("Search returns nothing", "Customers see an empty page in the shop.").await;
    for (query, expected) in [
        ("payment", vec![titled, told]),
        ("paying", vec![]),
        ("order", vec![told]),
        ("payments refused", vec![titled]),
        ("payments empty", vec![]),
        ("empty OR refuse", vec![titled, other]),
        ("payments -cards", vec![told]),
        ("\"empty page\"", vec![other]),
        ("\"page empty\"", vec![]),
        ("zebra", vec![]),
        ("", vec![other, told, titled]),
        ("   ", vec![other, told, titled]),
    ] {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let asked = form.append_pair("search", query).finish();
        let mut found = numbers(&api, &asked).await;
        if query.contains(" OR ") {
            found.sort_unstable();
        }
        assert_eq!(found, expected, "{query:?}");
    }
    for number in [told.to_string(), format!("%23{told}"), format!("%20{told}%20")] {
        assert_eq!(numbers(&api, &format!("search={number}")).await, [told], "{number}");
    }
    // Within what else was asked.
    assert_eq!(numbers(&api, &format!("search={told}&status=60")).await, Vec::<i64>::new());
    t.ends_well().await;
}
