//! Back-end events from CSV: a column is named by the path of its field.

use super::json::{Json, Object};
use super::value::Fault;

/// The list of which a row can hold a single line.
const ITEMS: &str = "items";

/// Builds the event of a row: `items.productId` is a field of its one line, `metadata.page` a member of an object.
pub(super) fn nested(fields: Object) -> Result<Json, Fault> {
    let mut event = Object::new();
    for (column, cell) in fields {
        let (mut place, mut rest) = (&mut event, column.as_str());
        while let Some((name, tail)) = rest.split_once('.') {
            place = inner(place, name)
                .ok_or_else(|| Fault::new("malformed", format!("{column}: another column holds {name} as a whole")))?;
            rest = tail;
        }
        place.insert(rest.to_owned(), cell);
    }
    Ok(Json::Object(event))
}

/// Returns the object of that name, or the single one of a list; it is created when it is missing.
fn inner<'o>(place: &'o mut Object, name: &str) -> Option<&'o mut Object> {
    let empty = || Json::Object(Object::new());
    let new = || if name == ITEMS { Json::List(vec![empty()]) } else { empty() };
    match place.entry(name.to_owned()).or_insert_with(new) {
        Json::Object(members) => Some(members),
        Json::List(elements) => {
            elements.first_mut().and_then(|first| if let Json::Object(members) = first { Some(members) } else { None })
        }
        Json::Plain(_) | Json::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::json::object;

    #[test]
    fn a_row_is_an_event_with_one_line() {
        let fields = json!({ "event": "OrderCreated", "orderId": "o-1", "items.productId": "p-1", "items.quantity": "2", "metadata.page": "x" });
        let event = nested(object(&fields)).unwrap();
        let expected = json!({ "event": "OrderCreated", "orderId": "o-1", "items": [{ "productId": "p-1", "quantity": "2" }],
                               "metadata": { "page": "x" } });
        assert_eq!(event, Json::Object(object(&expected)));
        let clash = json!({ "items": "x", "items.productId": "p-1" });
        assert_eq!(nested(object(&clash)).unwrap_err().code, "malformed");
    }
}
