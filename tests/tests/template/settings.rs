//! The variables of template.yaml and those that the functions read: the same names, and values that both accept.
//!
//! A missing variable stops a function at its start, a superfluous one is a setting without effect, and a parameter
//! that CloudFormation accepts must not stop a function that was running.

use std::collections::{BTreeMap, BTreeSet};

use outbound::SecureUrl;
use platform::Variables;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};
use testkit::template::{Template, function_folders, logical_id};

/// The variables that a function reads; `Variables` records names and errors.
type Reader = fn(&mut Variables<'_>) -> bool;

/// One per folder of functions/.
const READERS: [(&str, Reader); 16] = [
    ("accept-events", |variables| accept_events::Settings::read(variables).is_some()),
    ("answer-queries", |variables| answer_queries::Settings::read(variables).is_some()),
    ("import-interactions", |variables| import_interactions::Settings::read(variables).is_some()),
    ("judge-carts", |variables| judge_carts::Settings::read(variables).is_some()),
    ("maintain-partitions", |variables| maintain_partitions::Settings::read(variables).is_some()),
    ("manage-people", |variables| manage_people::Settings::read(variables).is_some()),
    ("migrate", |variables| migrate::Settings::read(variables).is_some()),
    ("probe-api", |variables| probe_api::Settings::read(variables).is_some()),
    ("project-orders", |variables| project_orders::Settings::read(variables).is_some()),
    ("rank-products", |variables| rank_products::Settings::read(variables).is_some()),
    ("recommend", |variables| recommend::Settings::read(variables).is_some()),
    ("record-interactions", |variables| record_interactions::Settings::read(variables).is_some()),
    ("resend-pending", |variables| resend_pending::Settings::read(variables).is_some()),
    ("send-alerts", |variables| send_alerts::Settings::read(variables).is_some()),
    ("update-catalog", |variables| update_catalog::Settings::read(variables).is_some()),
    ("update-popularity", |variables| update_popularity::Settings::read(variables).is_some()),
];

/// Texts tried of each parameter and function.
const TEXTS: usize = 64;

/// Set in the template for every function, and read by the start of logging instead of by the settings.
const LOG_LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";
/// The same, read by the first metric.
const NAMESPACE: &str = platform::NAMESPACE_VARIABLE;

fn template() -> Template {
    Template::load().expect("template.yaml is a CloudFormation template")
}

/// The variables of a function in the template, shared and own ones, unevaluated.
fn variables_of(template: &Template, folder: &str) -> BTreeMap<String, Value> {
    let own = format!("/Resources/{}/Properties/Environment/Variables", logical_id(folder));
    let maps = [template.at("/Globals/Function/Environment/Variables"), template.at(&own)].into_iter();
    let entries = maps.filter_map(Value::as_object).flat_map(Map::iter);
    let known = template.environment_of(folder);
    entries.filter(|(name, _)| known.contains(*name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The parameter that a variable takes its value from, when it is one with a number.
fn number_parameter<'a>(template: &'a Template, value: &'a Value) -> Option<(&'a str, &'a Value)> {
    let name = value["Ref"].as_str()?;
    let parameter = template.at(&format!("/Parameters/{name}"));
    (parameter["Type"] == "Number").then_some((name, parameter))
}

/// What is left of a value when no condition holds.
fn otherwise(value: &Value) -> &Value {
    value.pointer("/Fn::If/2").map_or(value, otherwise)
}

/// What CloudFormation puts into a variable when every parameter keeps its default.
fn deployed(template: &Template, value: &Value) -> String {
    // Every condition about a variable is whether an optional parameter is given; by default none is, but for DatabaseUrl
    // here.
    let value = otherwise(value);
    if let Some(nothing) = value.as_str() {
        return nothing.to_owned();
    }
    if value["Fn::GetAtt"] == serde_json::json!(["Api", "ApiEndpoint"]) {
        return "https://5b0b0001.execute-api.eu-central-1.amazonaws.com".to_owned();
    }
    let name = value["Ref"].as_str().expect("a variable is a reference");
    if name == "DatabaseUrl" {
        return "postgres://shopsignal@db.example:5432/shop?sslmode=require".to_owned();
    }
    match template.at(&format!("/Parameters/{name}/Default")) {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        // A resource: the address of a queue or the name of a table, which is text.
        _ => format!("physical-id-of-{name}"),
    }
}

/// Runs a reader over values; returns whether it got its settings, and what it asked for.
fn read(reader: Reader, values: &BTreeMap<String, String>) -> Result<BTreeSet<String>, String> {
    let lookup = |name: &str| values.get(name).cloned();
    let mut variables = Variables::new(&lookup);
    let usable = reader(&mut variables);
    let asked = variables.asked().iter().map(|name| (*name).to_owned()).collect();
    match variables.finish(|_| usable.then_some(())) {
        Ok(()) => Ok(asked),
        Err(error) => Err(error.to_string()),
    }
}

fn defaults(template: &Template, folder: &str) -> BTreeMap<String, String> {
    let variables = variables_of(template, folder).into_iter();
    variables.map(|(name, value)| (name, deployed(template, &value))).collect()
}

#[test]
fn every_function_has_its_reader_here() {
    let known: BTreeSet<_> = READERS.iter().map(|(folder, _)| (*folder).to_owned()).collect();
    assert_eq!(known, function_folders().expect("functions/ can be listed"));
}

#[test]
fn a_function_gets_exactly_the_variables_that_it_reads() {
    let template = template();
    for (folder, reader) in READERS {
        let mut asked = read(reader, &defaults(&template, folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        asked.extend([LOG_LEVEL, NAMESPACE].map(str::to_owned));
        assert_eq!(asked, template.environment_of(folder), "{folder}");
    }
}

#[test]
fn the_default_thresholds_are_those_of_the_template() {
    let values = defaults(&template(), "project-orders");
    let lookup = |name: &str| values.get(name).cloned();
    let settings = Variables::new(&lookup).finish(project_orders::Settings::read).unwrap();
    assert_eq!(settings.thresholds, domain::fraud::Thresholds::default());
}

#[test]
fn with_a_catalog_of_the_shop_the_same_variables_are_read() {
    let template = template();
    let mut values = defaults(&template, "update-catalog");
    values.insert("CATALOG_URL".to_owned(), "https://catalog.example/interactions".to_owned());
    let mut asked = read(|variables| update_catalog::Settings::read(variables).is_some(), &values).unwrap();
    asked.extend([LOG_LEVEL, NAMESPACE].map(str::to_owned));
    assert_eq!(asked, template.environment_of("update-catalog"));
}

#[test]
fn the_smallest_and_the_largest_value_of_a_parameter_start_the_function_too() {
    let template = template();
    for (folder, reader) in READERS {
        let values = defaults(&template, folder);
        for (variable, value) in variables_of(&template, folder) {
            let Some((parameter, limits)) = number_parameter(&template, &value) else { continue };
            for limit in ["MinValue", "MaxValue"] {
                let bound = limits[limit].as_u64().unwrap_or_else(|| panic!("{parameter} has no {limit}"));
                let mut values = values.clone();
                values.insert(variable.clone(), bound.to_string());
                let started = read(reader, &values);
                assert!(started.is_ok(), "{folder}: {parameter} with its {limit} {bound}: {started:?}");
            }
        }
    }
}

/// Texts that a parameter's pattern accepts.
fn accepted_texts(pattern: &str) -> Vec<String> {
    let inner = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')).expect("a pattern of the whole text");
    let strategy = string_regex(inner).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    let mut runner = TestRunner::deterministic();
    (0..TEXTS).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// Values that a function rejects for a reason that no pattern can express.
fn is_beyond_patterns(variable: &str, text: &str) -> bool {
    let entries: Vec<_> = text.split(',').map(|entry| entry.split(':').next().unwrap_or_default()).collect();
    match variable {
        // The same currency twice.
        "FRAUD_LARGE_ORDERS" => entries.iter().collect::<BTreeSet<_>>().len() < entries.len(),
        // One number above another; the function's own test has the text of the refusal.
        "SEGMENT_THRESHOLDS" => true,
        // A database is created then, and the variable names it.
        "DATABASE_URL" => text.is_empty(),
        // Two ways to sign in at once; a rule of the template rejects the combination.
        "DATABASE_IAM_AUTH" => true,
        _ => false,
    }
}

#[test]
fn every_text_that_the_template_accepts_starts_the_function_too() {
    let template = template();
    let mut tried = BTreeSet::new();
    for (folder, reader) in READERS {
        let defaults = defaults(&template, folder);
        for (variable, value) in variables_of(&template, folder) {
            let parameter = otherwise(&value)["Ref"].as_str().unwrap_or_default();
            let pattern = template.at(&format!("/Parameters/{parameter}/AllowedPattern"));
            let Some(pattern) = pattern.as_str() else { continue };
            for text in accepted_texts(pattern).into_iter().filter(|text| !is_beyond_patterns(&variable, text)) {
                let mut values = defaults.clone();
                values.insert(variable.clone(), text.clone());
                let started = read(reader, &values);
                assert!(started.is_ok(), "{folder}: {parameter} = {text:?}: {started:?}");
                tried.insert(parameter.to_owned());
            }
        }
    }
    for parameter in ["CatalogUrl", "DatabaseUrl", "FraudLargeOrders", "DefaultCurrency"] {
        assert!(tried.contains(parameter), "{parameter} was not tried");
    }
}

#[test]
fn the_address_of_a_created_database_starts_every_function_too() {
    let template = template();
    let shared = template.at("/Globals/Function/Environment/Variables");
    let small = &shared["DATABASE_URL"]["Fn::If"];
    let aurora = &small[2]["Fn::If"];
    assert_eq!((&small[0], &aurora[0]), (&"CreateSmallDatabase".into(), &"CreateAurora".into()));
    for (resource, url) in [("SmallDatabase", &small[1]["Fn::Sub"]), ("AuroraCluster", &aurora[1]["Fn::Sub"])] {
        let url = url.as_str().unwrap().replace(&format!("${{{resource}.Endpoint.Address}}"), "x.y.rds.amazonaws.com");
        assert!(!url.contains('$'), "{url}");
        for (folder, reader) in READERS {
            let mut values = defaults(&template, folder);
            let created = [("DATABASE_URL", url.clone()), ("DATABASE_IAM_AUTH", "true".to_owned())];
            values.extend(created.map(|(name, value)| (name.to_owned(), value)));
            assert!(read(reader, &values).is_ok(), "{folder}: {url}");
        }
    }
}

#[test]
fn an_address_that_is_not_secure_is_refused_before_anything_is_deployed() {
    let template = template();
    let pattern = template.at("/Parameters/CatalogUrl/AllowedPattern").as_str().unwrap();
    let pattern = regex::Regex::new(pattern).unwrap();
    for refused in [
        "http://catalog.internal/x",
        "http://10.0.0.1/",
        "ftp://a.example/",
        "https://",
        "https://u:p@a.example/",
        "a.example",
    ] {
        assert!(!pattern.is_match(refused), "{refused}");
        assert!(refused.parse::<SecureUrl>().is_err(), "{refused}");
    }
    for accepted in [
        "",
        "https://catalog.example/Catalog/AddInteraction/send",
        "https://api.shop-1.example:8443/x?key=a",
        "https://10.0.0.7/x",
        "http://127.0.0.1:9000/x",
        "http://localhost:9000",
    ] {
        assert!(pattern.is_match(accepted), "{accepted}");
    }
}

#[test]
fn a_variable_that_is_left_out_is_named() {
    let template = template();
    // A password, IAM, an outside catalog of either kind and an edge are optional.
    let optional = [
        "ALERT_HOSTS",
        "CATALOG_FEED",
        "CATALOG_TABLE",
        "CATALOG_URL",
        "DATABASE_IAM_AUTH",
        "DATABASE_MASTER_SECRET_ARN",
        "DATABASE_ROLE_SECRET_ARNS",
        "DATABASE_SECRET_ARN",
        "EVENT_NAMES",
        "FRAUD_LARGE_ORDERS",
        "IS_BEHIND_CLOUDFRONT",
        "SEGMENT_THRESHOLDS",
        LOG_LEVEL,
        NAMESPACE,
    ];
    for (folder, reader) in READERS {
        let values = defaults(&template, folder);
        // A queue without an address is not counted.
        let is_counted = |name: &String| folder == "answer-queries" && name.ends_with("_DLQ_URL");
        for missing in values.keys().filter(|name| !optional.contains(&name.as_str()) && !is_counted(name)) {
            let mut values = values.clone();
            values.remove(missing);
            let refused = read(reader, &values);
            assert!(
                refused.as_ref().is_err_and(|text| text.contains(missing)),
                "{folder} without {missing}: {refused:?}"
            );
        }
    }
}

#[test]
fn thresholds_of_segments_that_make_no_sense_stop_the_function_by_the_name_of_their_entry() {
    let template = template();
    let mut values = defaults(&template, "answer-queries");
    let segments = |values: &BTreeMap<String, String>| {
        read(|variables| answer_queries::Settings::read(variables).is_some(), values)
    };
    assert!(segments(&values).is_ok());
    values.insert("SEGMENT_THRESHOLDS".to_owned(), "EUR:1000/200,USD:200/1000".to_owned());
    assert_eq!(
        segments(&values).unwrap_err(),
        "could not read the settings: SEGMENT_THRESHOLDS is malformed: USD:200/1000: the medium threshold must be above \
         0 and below the high one"
    );
}
