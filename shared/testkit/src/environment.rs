//! The settings of a function as template.yaml deploys them when nobody sets a parameter.
//!
//! A test only sets what it needs: its database, its queues and the settings that it changes. Variables that refer to a
//! resource have no value before a deployment, so the test must set them.

use std::sync::LazyLock;

use serde_json::Value;

use crate::template::{Template, logical_id};

static TEMPLATE: LazyLock<Template> = LazyLock::new(|| Template::load().unwrap());

/// Returns the variables of a function, by the name of its folder, that have a default.
///
/// # Panics
/// When template.yaml cannot be read.
#[must_use]
pub fn default_variables(function: &str) -> Vec<(String, String)> {
    let shared = TEMPLATE.at("/Globals/Function/Environment/Variables");
    let own = TEMPLATE.at(&format!("/Resources/{}/Properties/Environment/Variables", logical_id(function)));
    let variables = [shared, own].into_iter().filter_map(Value::as_object).flatten();
    variables.filter_map(|(name, value)| Some((name.clone(), default(value)?))).collect()
}

/// Returns the default of the parameter that a value refers to, in the end when conditions come before it.
fn default(value: &Value) -> Option<String> {
    if let Some(otherwise) = value.pointer("/Fn::If/2") {
        return default(otherwise);
    }
    let parameter = value["Ref"].as_str()?;
    match TEMPLATE.at(&format!("/Parameters/{parameter}/Default")) {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_gets_what_has_a_default_and_nothing_of_others() {
        let variables = default_variables("update-catalog");
        let value = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("CATALOG_CONCURRENCY"), Some("10"));
        assert_eq!(value("DATABASE_IAM_AUTH"), Some("false"));
        assert_eq!(value("CATALOG_TABLE"), None, "a resource");
        assert_eq!(value("RESEND_MAX_ROWS"), None, "of another function");
    }
}
