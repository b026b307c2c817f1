//! Lines of other systems that may contain several products: one interaction for each.
//!
//! Based on the public documentation: the schema of the BigQuery export of Google Analytics 4
//! (<https://support.google.com/analytics/answer/7029846>) and Segment's ecommerce spec, version 2
//! (<https://segment.com/docs/connections/spec/ecommerce/v2/>).

use serde_json::{Map, Value};

use super::interaction::Interaction;
use super::value::{Fault, find, microseconds, required, text, time};

/// Google Analytics' value for an unset field.
const NOT_SET: &str = "(not set)";

/// Reads an event of Google Analytics. One without items is not about a product.
pub(super) fn ga4(fields: &Map<String, Value>) -> Result<Vec<Interaction>, Fault> {
    let event_type = required(fields, "event_name")?;
    let occurred_at = microseconds(fields, "event_timestamp")?;
    let device = text(fields, "user_pseudo_id")?;
    let user = text(fields, "user_id")?.or_else(|| device.clone());
    // The number is unique within the device alone.
    let session = ga_session(fields).map(|session| format!("{}.{session}", device.as_deref().unwrap_or_default()));
    let mut found = Vec::new();
    for item in objects(fields, "items")? {
        let ref_id = required(item, "item_id").map_err(|fault| within("items", fault))?;
        if ref_id == NOT_SET {
            continue;
        }
        found.push(Interaction {
            event_id: None,
            event_type: event_type.clone().into_owned(),
            ref_type: None,
            ref_id: ref_id.into_owned(),
            user_id: user.clone().map(String::from),
            session_id: session.clone(),
            occurred_at,
            metadata: Map::new(),
        });
    }
    Ok(found)
}

/// The parameter `ga_session_id`, a whole number.
fn ga_session(fields: &Map<String, Value>) -> Option<String> {
    let parameters = fields.get("event_params")?.as_array()?;
    let session = parameters.iter().find(|parameter| parameter["key"] == "ga_session_id")?;
    text(session["value"].as_object()?, "int_value").ok().flatten().map(String::from)
}

/// Reads a call of Segment. Calls other than `track`, and events without products, are not about a product.
pub(super) fn segment(fields: &Map<String, Value>) -> Result<Vec<Interaction>, Fault> {
    if text(fields, "type")?.is_some_and(|kind| kind != "track") {
        return Ok(Vec::new());
    }
    let event_type = required(fields, "event")?;
    let occurred_at = time(fields, "timestamp")?;
    let user = text(fields, "userId")?.map_or_else(|| text(fields, "anonymousId"), |user| Ok(Some(user)))?;
    let message = text(fields, "messageId")?;
    let none = Map::new();
    let properties = fields.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let mut found = Vec::new();
    let listed = objects(properties, "products").map_err(|fault| within("properties", fault))?;
    for product in std::iter::once(properties).chain(listed) {
        let Some(ref_id) = product_id(product)? else { continue };
        found.push(Interaction {
            // The same product twice in one call is one event, and so is a repeated call.
            event_id: message.as_ref().map(|message| format!("{message} {ref_id}")),
            event_type: event_type.clone().into_owned(),
            ref_type: None,
            ref_id,
            user_id: user.clone().map(String::from),
            session_id: None,
            occurred_at,
            metadata: Map::new(),
        });
    }
    Ok(found)
}

fn product_id(product: &Map<String, Value>) -> Result<Option<String>, Fault> {
    let id = text(product, "product_id")?.map_or_else(|| text(product, "sku"), |id| Ok(Some(id)))?;
    Ok(id.map(String::from))
}

/// Reads a list of objects; none when it is absent.
fn objects<'v>(fields: &'v Map<String, Value>, name: &str) -> Result<Vec<&'v Map<String, Value>>, Fault> {
    let wrong = || Fault::new("wrong_type", format!("{name}: must be a list of objects"));
    let Some(list) = find(fields, name) else { return Ok(Vec::new()) };
    list.as_array().ok_or_else(wrong)?.iter().map(|value| value.as_object().ok_or_else(wrong)).collect()
}

fn within(place: &str, fault: Fault) -> Fault {
    Fault { message: format!("{place}.{}", fault.message), ..fault }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn summary(found: &[Interaction]) -> Vec<String> {
        let texts = found.iter().map(|item| {
            format!("{} {} {:?} {:?} {}", item.event_type, item.ref_id, item.user_id, item.session_id, item.occurred_at)
        });
        texts.collect()
    }

    #[test]
    fn an_event_of_ga4_is_one_interaction_an_item() {
        let event = json!({
            "event_date": "20210131", "event_timestamp": "1612069510766593", "event_name": "add_to_cart",
            "user_pseudo_id": "1026454.4271112504", "user_id": null,
            "event_params": [{ "key": "page_title", "value": { "string_value": "x" } },
                             { "key": "ga_session_id", "value": { "int_value": "661084800" } }],
            "items": [{ "item_id": "GGOEGXXX1", "item_name": "a" }, { "item_id": "(not set)" }, { "item_id": "9188" }]
        });
        let user = r#"Some("1026454.4271112504") Some("1026454.4271112504.661084800")"#;
        let at = "2021-01-31T05:05:10.766593Z";
        let expected = [format!("add_to_cart GGOEGXXX1 {user} {at}"), format!("add_to_cart 9188 {user} {at}")];
        assert_eq!(summary(&ga4(&line(event.clone())).unwrap()), expected);
        let mut without = line(event.clone());
        without.insert("items".to_owned(), json!([]));
        assert!(ga4(&without).unwrap().is_empty());
        without.insert("items".to_owned(), json!([{ "item_name": "a" }]));
        assert_eq!(ga4(&without).unwrap_err().message, "items.item_id: is missing");
        without.insert("event_timestamp".to_owned(), json!("2021-01-31"));
        assert_eq!(ga4(&without).unwrap_err().code, "invalid_time");
    }

    #[test]
    fn a_call_of_segment_is_one_interaction_a_product() {
        let viewed = json!({ "type": "track", "event": "Product Viewed", "timestamp": "2015-10-01T00:00:00.000Z", "userId": "u-1",
                             "messageId": "m-1", "properties": { "product_id": "507f1f77", "sku": "G-32", "price": 18.99 } });
        let found = segment(&line(viewed)).unwrap();
        assert_eq!(summary(&found), [r#"Product Viewed 507f1f77 Some("u-1") None 2015-10-01T00:00:00Z"#]);
        assert_eq!(found[0].event_id.as_deref(), Some("m-1 507f1f77"));
        let ordered = json!({ "event": "Order Completed", "timestamp": "2015-10-01T00:00:00Z", "anonymousId": "a-1",
                              "properties": { "order_id": "1", "products": [{ "sku": "G-32" }, { "product_id": 7 }, {}] } });
        let found = segment(&line(ordered)).unwrap();
        assert_eq!(found.iter().map(|interaction| interaction.ref_id.as_str()).collect::<Vec<_>>(), ["G-32", "7"]);
        assert_eq!(found[0].user_id.as_deref(), Some("a-1"));
        assert!(segment(&line(json!({ "type": "identify", "userId": "u-1" }))).unwrap().is_empty());
        let searched = json!({ "event": "Products Searched", "timestamp": "2015-10-01T00:00:00Z", "properties": { "query": "x" } });
        assert!(segment(&line(searched)).unwrap().is_empty());
    }
}
