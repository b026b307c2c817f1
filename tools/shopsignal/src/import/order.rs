//! Back-end events from CSV: a column is named by the path of its field.

use serde_json::{Map, Value, json};

use super::value::Fault;

/// The list of which a row can hold a single line.
const ITEMS: &str = "items";

/// Builds the event of a row: `items.productId` is a field of its one line, `metadata.page` a member of an object.
pub(super) fn nested(fields: Map<String, Value>) -> Result<Value, Fault> {
    let mut event = Map::new();
    for (column, cell) in fields {
        let (mut place, mut rest) = (&mut event, column.as_str());
        while let Some((name, tail)) = rest.split_once('.') {
            let inner = place.entry(name).or_insert_with(|| if name == ITEMS { json!([{}]) } else { json!({}) });
            let inner = if name == ITEMS { inner.get_mut(0) } else { Some(inner) };
            let clash = || Fault::new("malformed", format!("{column}: another column holds {name} as a whole"));
            place = inner.and_then(Value::as_object_mut).ok_or_else(clash)?;
            rest = tail;
        }
        place.insert(rest.to_owned(), cell);
    }
    Ok(Value::Object(event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_event_with_one_line() {
        let fields = json!({ "event": "OrderCreated", "orderId": "o-1", "items.productId": "p-1", "items.quantity": "2", "metadata.page": "x" });
        let event = nested(fields.as_object().cloned().unwrap()).unwrap();
        let expected = json!({ "event": "OrderCreated", "orderId": "o-1", "items": [{ "productId": "p-1", "quantity": "2" }],
                               "metadata": { "page": "x" } });
        assert_eq!(event, expected);
        let clash = json!({ "items": "x", "items.productId": "p-1" });
        assert_eq!(nested(clash.as_object().cloned().unwrap()).unwrap_err().code, "malformed");
    }
}
