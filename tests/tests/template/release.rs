//! What happens when a release is deployed: the migration first, then each function, by its alias.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::template::{ALIAS, FUNCTION, Template, target};

use super::template;

const MIGRATE: &str = "MigrateFunction";
const MIGRATION: &str = "Migration";

/// The logical ids of the functions that serve: all but migrate.
fn serving(template: &Template) -> BTreeSet<String> {
    template.all(FUNCTION).into_keys().filter(|id| *id != MIGRATE).map(str::to_owned).collect()
}

fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

#[test]
fn no_function_gets_its_code_before_the_migration_succeeded() {
    let template = template();
    for id in serving(&template) {
        let waits_for = template.at(&format!("/Resources/{id}/DependsOn"));
        assert!(names(waits_for).contains(&MIGRATION), "{id} serves before its schema is there");
    }
}

#[test]
fn each_release_migrates_and_publishes_a_version_of_each_function() {
    let template = template();
    let release = json!({ "Ref": "Release" });
    assert_eq!(template.all("Custom::Migration")[MIGRATION]["Release"], release);
    assert!(template.at("/Parameters/Release/Default").is_null(), "a default would be the same for every release");
    // SAM takes ten characters, and a longer name could be the same to it.
    assert_eq!(template.at("/Parameters/Release/AllowedPattern"), "^[0-9a-z]{10}$");
    for id in serving(&template) {
        let function = template.all(FUNCTION)[id.as_str()];
        assert_eq!(
            (&function["AutoPublishAlias"], &function["AutoPublishCodeSha256"]),
            (&json!("live"), &release),
            "{id}"
        );
    }
    // Its code is called as soon as it is uploaded.
    let migrate = template.all(FUNCTION)[MIGRATE];
    assert!(migrate["AutoPublishAlias"].is_null() && migrate["DeploymentPreference"] == json!({ "Enabled": false }));
    assert_eq!(migrate["Environment"]["Variables"]["RELEASE"], release, "it recognizes requests for another one");
}

#[test]
fn the_migration_ends_before_cloudformation_gives_up_and_waits_for_what_it_may_do() {
    let template = template();
    let migration = template.all("Custom::Migration")[MIGRATION];
    let timeout = template.all(FUNCTION)[MIGRATE]["Timeout"].as_u64().expect("seconds");
    let limit = migration["ServiceTimeout"].as_u64().expect("seconds");
    assert!(limit > timeout && limit < 2 * timeout, "{limit} s for a function that ends after {timeout} s");
    assert_eq!(migration["ServiceToken"], json!({ "Fn::GetAtt": [MIGRATE, "Arn"] }));
    let waits = [migration["OwnerPolicy"].to_string(), template.at("/Resources/Migration/DependsOn").to_string()];
    assert!(waits[0].contains("OwnerPolicy") && waits[1].contains("MigratePolicy"), "{waits:?}");
    // Its ways out of a created network are there before it runs, and until it has answered the removal of the stack.
    let network = migration["Network"].to_string();
    for id in ["S3Endpoint", "PrivateIpv6Route", "PrivateRoutesOfA", "PrivateRoutesOfB"] {
        assert!(network.contains(&json!({ "Ref": id }).to_string()), "{id}: {network}");
    }
    assert!(migration["SecretsEndpoint"].to_string().contains("SecretsEndpoint"), "{migration}");
    // A run that failed has answered; Lambda would repeat it twice, for nobody.
    let invoked = &template.all(FUNCTION)[MIGRATE]["EventInvokeConfig"];
    assert_eq!(invoked["MaximumRetryAttempts"], 0);
}

/// Every place in a value that names one of the functions, as (path, reference).
fn references(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) if map.len() == 1 && target(value).is_some() => {
            let reference = map.get("Ref").or_else(|| map.get("Fn::GetAtt")).unwrap_or(&Value::Null);
            found.push((path.to_owned(), reference.to_string()));
        }
        Value::Object(map) => map.iter().for_each(|(key, inner)| references(&format!("{path}/{key}"), inner, found)),
        Value::Array(items) => items.iter().for_each(|inner| references(path, inner, found)),
        _ => {}
    }
}

#[test]
fn whoever_calls_a_function_calls_its_alias() {
    let template = template();
    let mut all = Vec::new();
    references("", template.at("/Resources"), &mut all);
    let functions = serving(&template);
    let mut called = BTreeSet::new();
    for (path, reference) in all {
        let id = reference.trim_matches(|c: char| !c.is_alphanumeric()).split(['.', '"']).next().unwrap_or_default();
        // An alarm names the function to find its metrics, which cover all of its versions.
        if !functions.contains(id) || path.ends_with("/Properties/Dimensions/Value") {
            continue;
        }
        assert!(reference.ends_with(&format!("{ALIAS}\"")), "{path} calls {reference}: new code before its turn");
        called.insert(id.to_owned());
    }
    let events = |id: &String| template.all(FUNCTION)[id.as_str()]["Events"].is_object();
    // SAM connects the events of a function with an alias to the alias.
    let reached: BTreeSet<_> =
        called.iter().cloned().chain(functions.iter().filter(|id| events(id)).cloned()).collect();
    assert_eq!(reached, functions, "each is called by somebody");
}

#[test]
fn a_canary_goes_back_when_its_function_fails_or_gives_up_on_work() {
    let template = template();
    let shared = template.at("/Globals/Function/DeploymentPreference");
    assert_eq!(shared, &json!({ "Enabled": { "Ref": "CanaryRollout" }, "Type": "Canary10Percent5Minutes" }));
    assert_eq!(template.at("/Parameters/CanaryRollout/AllowedValues"), &json!(["true", "false"]));
    let alarms = template.all("AWS::CloudWatch::Alarm");
    let behind_the_gateway: BTreeSet<_> = template.routes().into_values().map(|(_, function)| function).collect();
    for id in serving(&template) {
        let function = template.all(FUNCTION)[id.as_str()];
        let named = function["DeploymentPreference"]["Alarms"].as_array().expect("alarms");
        let named: BTreeSet<_> = named.iter().filter_map(target).collect();
        assert!(named.iter().all(|alarm| alarms.contains_key(alarm)), "{named:?}");
        let mut wanted = BTreeSet::from([id.replace("Function", "ErrorsAlarm")]);
        if behind_the_gateway.contains(id.as_str()) {
            wanted.insert("ApiServerErrorsAlarm".to_owned());
        }
        // A consumer that misreads messages fails at nothing: it moves them to the DLQ.
        let dlq = target(&function["Environment"]["Variables"]["DEAD_LETTER_QUEUE_URL"]);
        wanted.extend(dlq.map(|dlq| format!("{dlq}Alarm")));
        assert_eq!(named, wanted.iter().map(String::as_str).collect(), "{id}");
    }
}
