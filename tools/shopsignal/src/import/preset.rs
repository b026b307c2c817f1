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

/// The interactions of a line. A bad product is rejected alone.
type Found = Vec<Result<Interaction, Fault>>;

/// Reads an event of Google Analytics. One without items is not about a product.
pub(super) fn ga4(fields: &Object) -> Result<Found, Fault> {
    let event_type = required(fields, "event_name")?;
    let occurred_at = microseconds(fields, "event_timestamp")?;
    let device = user(fields, "user_pseudo_id")?;
    let user = user(fields, "user_id")?.or(device);
    // The number is unique within the device alone.
    let session = device.and_then(|device| Some(format!("{device}.{}", ga_session(fields)?)));
    let mut found = Vec::new();
    for ref_id in ids(fields, "items", |item| required(item, "item_id").map(str::to_owned))? {
        if ref_id.as_deref() == Ok(NOT_SET) {
            continue;
        }
        found.push(ref_id.map(|ref_id| Interaction {
            event_id: None,
            event_type: event_type.to_owned(),
            ref_type: None,
            ref_id,
            user_id: user.map(str::to_owned),
            session_id: session.clone(),
            occurred_at,
            metadata: Object::new(),
        }));
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
pub(super) fn segment(fields: &Object) -> Result<Found, Fault> {
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
    let listed =
        ids(properties, "products", |product| product_id(product)?.ok_or_else(|| Fault::missing("product_id or sku")));
    let listed = listed.map_err(|fault| within("properties", fault))?;
    for ref_id in product_id(properties).transpose().into_iter().chain(listed) {
        let ref_id = ref_id.map_err(|fault| within("properties", fault));
        found.push(ref_id.map(|ref_id| Interaction {
            // The same product twice in one call is one event, and so is a repeated call.
            event_id: message.as_ref().map(|message| format!("{message} {ref_id}")),
            event_type: event_type.to_owned(),
            ref_type: None,
            ref_id,
            user_id: user.map(str::to_owned),
            session_id: None,
            occurred_at,
            metadata: Object::new(),
        }));
    }
    Ok(found)
}

fn product_id(product: &Object) -> Result<Option<String>, Fault> {
    let id = text(product, "product_id")?.map_or_else(|| text(product, "sku"), |id| Ok(Some(id)))?;
    Ok(id.map(str::to_owned))
}

/// Reads an id of each object in a list; none when it is absent.
fn ids(
    fields: &Object,
    name: &str,
    id: impl Fn(&Object) -> Result<String, Fault>,
) -> Result<Vec<Result<String, Fault>>, Fault> {
    let wrong = || Fault::new("wrong_type", format!("{name}: must be a list of objects"));
    let Some(list) = find(fields, name) else { return Ok(Vec::new()) };
    let read = |(place, value): (usize, &Json)| {
        let place = format!("{name}[{place}]");
        let object =
            value.as_object().ok_or_else(|| Fault::new("wrong_type", format!("{place}: must be an object")))?;
        id(object).map_err(|fault| within(&place, fault))
    };
    Ok(list.as_list().ok_or_else(wrong)?.iter().enumerate().map(read).collect())
}

fn within(place: &str, fault: Fault) -> Fault {
    Fault { message: format!("{place}.{}", fault.message), ..fault }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::json::object;

    fn summary(found: &[Result<Interaction, Fault>]) -> Vec<String> {
        let texts = found.iter().map(|found| match found {
            Ok(item) => {
                let Interaction { event_type, ref_id, user_id, session_id, occurred_at, .. } = item;
                format!("{event_type} {ref_id} {user_id:?} {session_id:?} {occurred_at}")
            }
            Err(fault) => format!("{}: {}", fault.code, fault.message),
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
        without["items"] = json!({ "item_id": "a" });
        assert_eq!(ga4(&object(&without)).unwrap_err().message, "items: must be a list of objects");
        without["event_timestamp"] = json!("2021-01-31");
        assert_eq!(ga4(&object(&without)).unwrap_err().code, "invalid_time");
    }

    #[test]
    fn a_product_without_an_id_is_rejected_and_those_beside_it_are_not() {
        let ordered = json!({ "event_timestamp": "1612069510766593", "event_name": "purchase",
                              "items": [{ "item_id": "a" }, { "item_name": "Gift wrap" }, { "item_id": 1.5 }, 7, { "item_id": "b" }] });
        let at = "2021-01-31T05:05:10.766593Z";
        let summary_of =
            |found: &Found| summary(found).into_iter().map(|line| line.replace(at, "")).collect::<Vec<_>>();
        let found = ga4(&object(&ordered)).unwrap();
        let [a, rejected @ .., b] = &summary_of(&found)[..] else { panic!("{found:?}") };
        assert_eq!((&**a, &**b), ("purchase a None None ", "purchase b None None "));
        let expected = [
            "missing_field: items[1].item_id: is missing",
            r#"wrong_type: items[2].item_id: must be a string or a whole number, like "1004767" or 1004767"#,
            "wrong_type: items[3]: must be an object",
        ];
        assert_eq!(rejected, expected);
        let ordered = json!({ "event": "Order Completed", "timestamp": at,
                              "properties": { "products": [{ "sku": "G-32" }, { "name": "Gift wrap" }] } });
        let found = segment(&object(&ordered)).unwrap();
        let expected =
            ["Order Completed G-32 None None ", "missing_field: properties.products[1].product_id or sku: is missing"];
        assert_eq!(summary_of(&found), expected);
    }

    #[test]
    fn a_call_of_segment_is_one_interaction_a_product() {
        let viewed = json!({ "type": "track", "event": "Product Viewed", "timestamp": "2015-10-01T00:00:00.000Z", "userId": "u-1",
                             "messageId": "m-1", "properties": { "product_id": "507f1f77", "sku": "G-32", "price": 18.99 } });
        let found = segment(&object(&viewed)).unwrap();
        assert_eq!(summary(&found), [r#"Product Viewed 507f1f77 Some("u-1") None 2015-10-01T00:00:00Z"#]);
        assert_eq!(found[0].as_ref().unwrap().event_id.as_deref(), Some("m-1 507f1f77"));
        let ordered = json!({ "event": "Order Completed", "timestamp": "2015-10-01T00:00:00Z", "anonymousId": "a-1",
                              "properties": { "order_id": "1", "products": [{ "sku": "G-32" }, { "product_id": 7 }] } });
        let found = segment(&object(&ordered)).unwrap();
        assert_eq!(
            summary(&found),
            ["G-32", "7"].map(|id| format!(r#"Order Completed {id} Some("a-1") None 2015-10-01T00:00:00Z"#))
        );
        let mut guest = ordered;
        guest["userId"] = json!("anonymous");
        assert_eq!(segment(&object(&guest)).unwrap(), found);
        assert!(segment(&object(&json!({ "type": "identify", "userId": "u-1" }))).unwrap().is_empty());
        let searched = json!({ "event": "Products Searched", "timestamp": "2015-10-01T00:00:00Z", "properties": { "query": "x" } });
        assert!(segment(&object(&searched)).unwrap().is_empty());
    }
}
