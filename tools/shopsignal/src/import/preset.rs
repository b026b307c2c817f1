//! Lines of other systems that may contain several products: one interaction for each.
//!
//! Based on the public documentation: the schema of the BigQuery export of Google Analytics 4
//! (<https://support.google.com/analytics/answer/7029846>) and Segment's ecommerce spec, version 2
//! (<https://segment.com/docs/connections/spec/ecommerce/v2/>).

use super::interaction::Interaction;
use super::json::{Json, Object};
use super::value::{Fault, find, microseconds, required, text, time, user};

/// Google Analytics' value for an unset field.
const NOT_SET: &str = "(not set)";

/// Reads an event of Google Analytics. One without items is not about a product.
pub(super) fn ga4(fields: &Object) -> Result<Vec<Interaction>, Fault> {
    let event_type = required(fields, "event_name")?;
    let occurred_at = microseconds(fields, "event_timestamp")?;
    let device = user(fields, "user_pseudo_id")?;
    let user = user(fields, "user_id")?.or(device);
    // The number is unique within the device alone.
    let session = device.and_then(|device| Some(format!("{device}.{}", ga_session(fields)?)));
    let mut found = Vec::new();
    for item in objects(fields, "items")? {
        let ref_id = required(item, "item_id").map_err(|fault| within("items", fault))?;
        if ref_id == NOT_SET {
            continue;
        }
        found.push(Interaction {
            event_id: None,
            event_type: event_type.to_owned(),
            ref_type: None,
            ref_id: ref_id.to_owned(),
            user_id: user.map(str::to_owned),
            session_id: session.clone(),
            occurred_at,
            metadata: Object::new(),
        });
    }
    Ok(found)
}

/// The parameter `ga_session_id`, a whole number.
fn ga_session(fields: &Object) -> Option<String> {
    let mut parameters = fields.get("event_params")?.as_list()?.iter().filter_map(Json::as_object);
    let session = parameters.find(|parameter| text(parameter, "key") == Ok(Some("ga_session_id")))?;
    text(session, "value.int_value").ok().flatten().map(str::to_owned)
}

/// Reads a call of Segment. Calls other than `track`, and events without products, are not about a product.
pub(super) fn segment(fields: &Object) -> Result<Vec<Interaction>, Fault> {
    if text(fields, "type")?.is_some_and(|kind| kind != "track") {
        return Ok(Vec::new());
    }
    let event_type = required(fields, "event")?;
    let occurred_at = time(fields, "timestamp")?;
    let user = user(fields, "userId")?.map_or_else(|| user(fields, "anonymousId"), |user| Ok(Some(user)))?;
    let message = text(fields, "messageId")?;
    let none = Object::new();
    let properties = fields.get("properties").and_then(Json::as_object).unwrap_or(&none);
    let mut found = Vec::new();
    let listed = objects(properties, "products").map_err(|fault| within("properties", fault))?;
    for product in std::iter::once(properties).chain(listed) {
        let Some(ref_id) = product_id(product)? else { continue };
        found.push(Interaction {
            // The same product twice in one call is one event, and so is a repeated call.
            event_id: message.as_ref().map(|message| format!("{message} {ref_id}")),
            event_type: event_type.to_owned(),
            ref_type: None,
            ref_id,
            user_id: user.map(str::to_owned),
            session_id: None,
            occurred_at,
            metadata: Object::new(),
        });
    }
    Ok(found)
}

fn product_id(product: &Object) -> Result<Option<String>, Fault> {
    let id = text(product, "product_id")?.map_or_else(|| text(product, "sku"), |id| Ok(Some(id)))?;
    Ok(id.map(str::to_owned))
}

/// Reads a list of objects; none when it is absent.
fn objects<'v>(fields: &'v Object, name: &str) -> Result<Vec<&'v Object>, Fault> {
    let wrong = || Fault::new("wrong_type", format!("{name}: must be a list of objects"));
    let Some(list) = find(fields, name) else { return Ok(Vec::new()) };
    list.as_list().ok_or_else(wrong)?.iter().map(|value| value.as_object().ok_or_else(wrong)).collect()
}

fn within(place: &str, fault: Fault) -> Fault {
    Fault { message: format!("{place}.{}", fault.message), ..fault }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::json::object;

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
        assert_eq!(summary(&ga4(&object(&event)).unwrap()), expected);
        let mut guest = event.clone();
        guest["user_id"] = json!("guest");
        assert_eq!(summary(&ga4(&object(&guest)).unwrap()), expected, "the device says who it is");
        for nobody in [json!(0), json!(-1), json!("NULL")] {
            guest["user_pseudo_id"] = nobody;
            assert_eq!(summary(&ga4(&object(&guest)).unwrap())[1], format!("add_to_cart 9188 None None {at}"));
        }
        let mut without = event;
        without["items"] = json!([]);
        assert!(ga4(&object(&without)).unwrap().is_empty());
        without["items"] = json!([{ "item_name": "a" }]);
        assert_eq!(ga4(&object(&without)).unwrap_err().message, "items.item_id: is missing");
        without["items"] = json!([{ "item_id": 1.5 }]);
        assert_eq!(ga4(&object(&without)).unwrap_err().code, "wrong_type");
        without["event_timestamp"] = json!("2021-01-31");
        assert_eq!(ga4(&object(&without)).unwrap_err().code, "invalid_time");
    }

    #[test]
    fn a_call_of_segment_is_one_interaction_a_product() {
        let viewed = json!({ "type": "track", "event": "Product Viewed", "timestamp": "2015-10-01T00:00:00.000Z", "userId": "u-1",
                             "messageId": "m-1", "properties": { "product_id": "507f1f77", "sku": "G-32", "price": 18.99 } });
        let found = segment(&object(&viewed)).unwrap();
        assert_eq!(summary(&found), [r#"Product Viewed 507f1f77 Some("u-1") None 2015-10-01T00:00:00Z"#]);
        assert_eq!(found[0].event_id.as_deref(), Some("m-1 507f1f77"));
        let ordered = json!({ "event": "Order Completed", "timestamp": "2015-10-01T00:00:00Z", "anonymousId": "a-1",
                              "properties": { "order_id": "1", "products": [{ "sku": "G-32" }, { "product_id": 7 }, {}] } });
        let found = segment(&object(&ordered)).unwrap();
        assert_eq!(found.iter().map(|interaction| interaction.ref_id.as_str()).collect::<Vec<_>>(), ["G-32", "7"]);
        assert_eq!(found[0].user_id.as_deref(), Some("a-1"));
        let mut guest = ordered;
        guest["userId"] = json!("anonymous");
        assert_eq!(segment(&object(&guest)).unwrap(), found);
        assert!(segment(&object(&json!({ "type": "identify", "userId": "u-1" }))).unwrap().is_empty());
        let searched = json!({ "event": "Products Searched", "timestamp": "2015-10-01T00:00:00Z", "properties": { "query": "x" } });
        assert!(segment(&object(&searched)).unwrap().is_empty());
    }
}
