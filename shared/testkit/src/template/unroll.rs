//! Unrolls the loops of template.yaml (`Fn::ForEach`), so that a rule sees the resources as they are deployed.
//!
//! Only the item of an iteration is substituted: in keys, in `Fn::Sub`, as a `Ref`, and in lookups of a mapping. See
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>.

use serde_json::{Map, Value, json};

const LOOP: &str = "Fn::ForEach::";

/// A loop without an identifier, a list of names and a fragment.
#[derive(Debug)]
pub(super) struct MalformedLoop;

/// The items of the loops around a place, by identifier.
type Items<'a> = Vec<(&'a str, &'a str)>;

/// Returns the template with the loops of its resources and outputs unrolled.
pub(super) fn unroll(mut root: Value) -> Result<Value, MalformedLoop> {
    let mappings = root["Mappings"].clone();
    for section in ["Resources", "Outputs"] {
        if let Some(content) = root.get_mut(section) {
            *content = expand(content, &Vec::new(), &mappings)?;
        }
    }
    Ok(root)
}

fn expand(node: &Value, items: &Items<'_>, mappings: &Value) -> Result<Value, MalformedLoop> {
    match node {
        Value::Array(nodes) => nodes.iter().map(|node| expand(node, items, mappings)).collect(),
        Value::Object(members) => Ok(call(expand_members(members, items, mappings)?, items, mappings)),
        plain => Ok(plain.clone()),
    }
}

/// The members of an object; in the place of a loop, those of its rounds.
fn expand_members(
    members: &Map<String, Value>,
    items: &Items<'_>,
    mappings: &Value,
) -> Result<Map<String, Value>, MalformedLoop> {
    let mut expanded = Map::new();
    for (key, value) in members {
        if key.starts_with(LOOP) {
            expanded.extend(rounds(value, items, mappings)?);
        } else {
            expanded.insert(fill(key, items), expand(value, items, mappings)?);
        }
    }
    Ok(expanded)
}

/// The members that a loop produces: identifier, collection and fragment are its three parts.
fn rounds(spec: &Value, items: &Items<'_>, mappings: &Value) -> Result<Map<String, Value>, MalformedLoop> {
    let parts = spec.as_array().map(Vec::as_slice);
    let Some([Value::String(identifier), Value::Array(collection), Value::Object(fragment)]) = parts else {
        return Err(MalformedLoop);
    };
    let mut produced = Map::new();
    for item in collection {
        let mut inner = items.clone();
        inner.push((identifier, item.as_str().ok_or(MalformedLoop)?));
        produced.extend(expand_members(fragment, &inner, mappings)?);
    }
    Ok(produced)
}

/// Evaluates an intrinsic function that depends only on the item of a loop; anything else stays unchanged.
fn call(members: Map<String, Value>, items: &Items<'_>, mappings: &Value) -> Value {
    let [(name, argument)] = &members.iter().collect::<Vec<_>>()[..] else { return Value::Object(members) };
    let known = match (name.as_str(), argument) {
        ("Ref", Value::String(name)) => {
            items.iter().find(|(identifier, _)| identifier == name).map(|pair| json!(pair.1))
        }
        ("Fn::Sub", Value::String(text)) => Some(substituted(fill(text, items))),
        ("Fn::Sub", Value::Array(parts)) => substitute_given(parts, items),
        ("Fn::FindInMap", Value::Array(path)) => {
            let found = path.iter().try_fold(mappings, |place, key| place.get(key.as_str()?));
            found.cloned()
        }
        _ => None,
    };
    known.unwrap_or(Value::Object(members))
}

/// `Fn::Sub` with values for its variables: those that are plain are filled in, and when all are, the short form is
/// left.
fn substitute_given(parts: &[Value], items: &Items<'_>) -> Option<Value> {
    let [Value::String(text), Value::Object(given)] = parts else { return None };
    let plain: Items<'_> = given.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    let text = fill(&fill(text, items), &plain);
    let left: Map<_, _> =
        given.iter().filter(|(_, value)| !value.is_string()).map(|(n, v)| (n.clone(), v.clone())).collect();
    Some(if left.is_empty() { substituted(text) } else { json!({ "Fn::Sub": [text, left] }) })
}

/// A text without remaining variables is a plain string.
fn substituted(text: String) -> Value {
    if text.contains("${") { json!({ "Fn::Sub": text }) } else { json!(text) }
}

fn fill(text: &str, items: &Items<'_>) -> String {
    items.iter().fold(text.to_owned(), |text, (name, item)| text.replace(&format!("${{{name}}}"), item))
}

#[cfg(test)]
mod tests {
    use crate::template::{Template, target};

    #[test]
    fn a_loop_becomes_one_resource_a_round() {
        let text = "
Mappings: {Names: {A: {Name: a-b, Size: 7}, C: {Name: c, Size: 8}}}
Resources:
  Fn::ForEach::Things:
    - Thing
    - [A, C]
    - ${Thing}Queue:
        Type: Queue
        Properties:
          Name: !Sub [\"${AWS::StackName}-${Name}\", {Name: !FindInMap [Names, !Ref Thing, Name]}]
          Size: !FindInMap [Names, !Ref Thing, Size]
          Dead: !GetAtt [!Sub \"${Thing}Dlq\", Arn]
          Other: !Ref {\"Fn::Sub\": \"${Thing}Other\"}
          Parameter: !Ref Parameter
          Partly: !Sub [\"${Place}/${Thing}/${Name}\", {Name: !FindInMap [Names, !Ref Thing, Name], Place: !Ref Parameter}]
";
        let template = Template::read(text).unwrap();
        let queues = template.all("Queue");
        assert_eq!(queues.keys().copied().collect::<Vec<_>>(), ["AQueue", "CQueue"]);
        let queue = queues["AQueue"];
        assert_eq!((&queue["Name"]["Fn::Sub"], &queue["Size"]), (&"${AWS::StackName}-a-b".into(), &7.into()));
        assert_eq!(queue["Partly"]["Fn::Sub"][0], "${Place}/A/a-b");
        assert_eq!(queue["Partly"]["Fn::Sub"][1], serde_json::json!({ "Place": { "Ref": "Parameter" } }));
        let named = ["Dead", "Other", "Parameter"].map(|name| target(&queue[name]));
        assert_eq!(named, [Some("ADlq"), Some("AOther"), Some("Parameter")]);
    }

    #[test]
    fn a_loop_in_a_loop_knows_the_items_of_both() {
        let text = "
Resources:
  Fn::ForEach::Things:
    - Thing
    - [A, C]
    - Fn::ForEach::Kinds:
        - Kind
        - [X, Y]
        - ${Thing}${Kind}Queue: {Type: Queue, Properties: {Name: !Sub \"${Thing}-${Kind}\"}}
";
        let template = Template::read(text).unwrap();
        let names: Vec<_> = template.all("Queue").into_iter().map(|(id, queue)| (id, queue["Name"].as_str())).collect();
        let expected = [("AX", "A-X"), ("AY", "A-Y"), ("CX", "C-X"), ("CY", "C-Y")];
        assert_eq!(names.len(), 4);
        for ((id, name), (start, expected)) in names.into_iter().zip(expected) {
            assert_eq!((id, name), (format!("{start}Queue").as_str(), Some(expected)));
        }
    }

    #[test]
    fn a_loop_over_no_list_is_refused() {
        let text = "Resources: {\"Fn::ForEach::Things\": [Thing, !Ref List, {\"${Thing}\": 1}]}";
        assert!(Template::read(text).is_err());
    }
}
