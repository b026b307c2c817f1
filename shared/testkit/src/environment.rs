//! The settings of a function as template.yaml deploys them when nobody sets a parameter.
//!
//! A test only sets what it needs: its database, its queues and the settings that it changes. Variables that refer to a
//! resource have no value before a deployment, so the test must set them.

use std::path::Path;
use std::sync::LazyLock;

use serde_yaml_ng::Value;

static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

/// Returns the variables of a function, by the name of its folder, that have a default.
pub(crate) fn defaults(function: &str) -> Vec<(String, String)> {
    let shared = &TEMPLATE["Globals"]["Function"]["Environment"]["Variables"];
    let own = &TEMPLATE["Resources"][logical_id(function)]["Properties"]["Environment"]["Variables"];
    let variables = [shared, own].into_iter().filter_map(Value::as_mapping).flatten();
    variables.filter_map(|(name, value)| Some((name.as_str()?.to_owned(), default(value)?))).collect()
}

/// Returns the default of the parameter that a value refers to.
fn default(value: &Value) -> Option<String> {
    let Value::Tagged(tagged) = value else { return None };
    let parameter = tagged.value.as_str().filter(|_| tagged.tag == "Ref")?;
    match &TEMPLATE["Parameters"][parameter]["Default"] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns the logical id of a function: `update-catalog` is `UpdateCatalogFunction`.
fn logical_id(function: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    function.split('-').map(capital).collect::<String>() + "Function"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_gets_what_has_a_default_and_nothing_of_others() {
        let variables = defaults("update-catalog");
        let value = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("CATALOG_CONCURRENCY"), Some("10"));
        assert_eq!(value("DATABASE_IAM_AUTH"), Some("false"));
        assert_eq!(value("CATALOG_TABLE"), None, "a resource");
        assert_eq!(value("RESEND_MAX_ROWS"), None, "of another function");
    }
}
