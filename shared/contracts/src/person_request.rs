//! Reads the body of a request that is about one person.
//!
//! A rejection names the field and never repeats its value, which could end up in a caller's log.

use domain::Named;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::body::{self, Limits};
use crate::{AddressKey, RequestError, SHOP_TEXT_MAX_CHARS};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow, default)]
    account_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    customer_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    email: Option<&'a RawValue>,
}

/// Reads the person that a request is about: exactly one of `account_id`, `customer_id` and `email`.
///
/// # Errors
/// Which rule the body violates.
pub fn read_person(body: &[u8], key: &AddressKey) -> Result<Named, RequestError> {
    let body: Body<'_> = body::object(body, Limits::LIVE)?;
    match (body.account_id, body.customer_id, body.email) {
        (Some(id), None, None) => account(&text("account_id", id)?),
        (None, Some(id), None) => customer(&text("customer_id", id)?, key),
        (None, None, Some(address)) => email(&text("email", address)?, key),
        _ => Err(wrong("must name one person by exactly one of account_id, customer_id and email")),
    }
}

fn account(id: &str) -> Result<Named, RequestError> {
    let is_hyphenated = id.len() == uuid::fmt::Hyphenated::LENGTH;
    let account = Uuid::try_parse(id).ok().filter(|id| is_hyphenated && !id.is_nil());
    account.map(Named::Account).ok_or_else(|| wrong("account_id: must be a UUID, not the nil UUID"))
}

fn customer(id: &str, key: &AddressKey) -> Result<Named, RequestError> {
    if id.contains('@') {
        return Err(wrong("customer_id: must be an id of the shop; an address goes into email"));
    }
    Ok(Named::Customer(key.customers_of_id(id)))
}

fn email(address: &str, key: &AddressKey) -> Result<Named, RequestError> {
    if !address.contains('@') {
        return Err(wrong("email: must be an address with an @"));
    }
    Ok(Named::Email(key.customers(address)))
}

/// Reads a string, or a whole number as a string, like the ids of events.
fn text(field: &str, raw: &RawValue) -> Result<String, RequestError> {
    let is_number = raw.get().bytes().all(|byte| byte.is_ascii_digit());
    let text: Option<String> =
        if is_number { Some(raw.get().to_owned()) } else { serde_json::from_str(raw.get()).ok() };
    let text = text.map(|text| text.trim().to_owned());
    let fits = |text: &String| {
        (1..=SHOP_TEXT_MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    };
    let rule = format!("{field}: must be text of 1 to {SHOP_TEXT_MAX_CHARS} characters without control characters");
    text.filter(fits).ok_or_else(|| wrong(&rule))
}

fn wrong(reason: &str) -> RequestError {
    RequestError::WrongShape { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use domain::CustomerKey;

    use super::*;

    fn read(body: &str) -> Result<Named, RequestError> {
        read_person(body.as_bytes(), &AddressKey::new(1, "a secret of the tests").unwrap())
    }

    #[test]
    fn a_person_is_named_in_one_of_three_ways() {
        let id = "0192E4A0-0000-7000-8000-000000000001";
        assert_eq!(read(&format!(r#"{{"account_id":"{id}"}}"#)), Ok(Named::Account(id.parse().unwrap())));
        assert_eq!(read(r#"{"customer_id":4711}"#), Ok(Named::Customer(vec![CustomerKey::of_id("4711")])));
        assert_eq!(read(r#"{"email":" A@b.example "}"#), read(r#"{"email":"a@B.example"}"#));
        assert_eq!(read(r#"{"customer_id":"c-1","email":null}"#), Ok(Named::Customer(vec![CustomerKey::of_id("c-1")])));
        // an id that looks like a card number is stored as a hash
        let hashed = read(r#"{"customer_id":4111111111111111}"#).unwrap().identities();
        assert!(hashed.keys().iter().all(|key| key.starts_with("hashed:1:")) && hashed.keys().len() == 1);
    }

    #[test]
    fn whatever_else_is_refused_without_its_value() {
        for bad in [
            r#"{}"#,
            r#"{"email":"jane@example.com","customer_id":"jane"}"#,
            r#"{"account_id":"jane"}"#,
            r#"{"account_id":"00000000-0000-0000-0000-000000000000"}"#,
            r#"{"customer_id":"jane@example.com"}"#,
            r#"{"customer_id":""}"#,
            r#"{"customer_id":1.5}"#,
            r#"{"email":"jane"}"#,
            r#"{"e-mail":"jane@example.com"}"#,
            r#"["jane"]"#,
            r#"{"email":["jane@example.com"]}"#,
            "{\"customer_id\":\"jane\\u0000\"}",
        ] {
            let refused = read(bad).unwrap_err().to_string();
            assert!(!refused.contains("jane"), "{bad}: {refused}");
        }
    }
}
