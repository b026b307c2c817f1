//! The rules that template.yaml keeps, because neither a linter nor the local emulator would notice when it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

use std::collections::BTreeSet;

use platform::NAMESPACE_VARIABLE;
use serde_json::{Value, json};
use testkit::template::{FUNCTION, Template, function_folders, logical_id, repository, target};

mod account;
mod alarm;
mod api;
mod calls;
mod connections;
mod delivery;
mod log_level;
mod network;
mod permission;
mod release;
mod settings;
mod web;

fn template() -> Template {
    Template::load().expect("template.yaml is a CloudFormation template")
}

fn folders() -> BTreeSet<String> {
    function_folders().expect("functions/ can be listed")
}

#[test]
fn what_people_would_miss_outlives_the_stack_but_not_a_first_deployment_that_failed() {
    let template = template();
    for id in ["UserPool", "CatalogTable", "AppSecret"] {
        let policy = |name: &str| template.at(&format!("/Resources/{id}/{name}")).clone();
        assert_eq!(
            policy("DeletionPolicy"),
            "RetainExceptOnCreate",
            "{id}: a stack that failed would leave one behind"
        );
        assert_eq!(policy("UpdateReplacePolicy"), "Retain", "{id}");
    }
}

#[test]
fn two_stacks_in_an_account_share_no_name() {
    let template = template();
    let resources = template.at("/Resources").as_object().expect("resources");
    let names = [
        "QueueName",
        "AlarmName",
        "FunctionName",
        "LogGroupName",
        "RoleName",
        "TableName",
        "Name",
        "UserPoolName",
        "TopicName",
        "DashboardName",
        "BudgetName",
        "DBInstanceIdentifier",
        "GroupName",
    ];
    for (id, resource) in resources {
        let own = names.iter().filter_map(|name| resource["Properties"].get(*name));
        // Routes, groups and clients belong to a pool or an API, whose names are the stack's.
        let is_inner = ["AWS::Cognito::UserPool", "AWS::ApiGatewayV2::"].iter().any(|kind| {
            resource["Type"].as_str().is_some_and(|of| of.starts_with(kind) && of != "AWS::Cognito::UserPool")
        });
        for name in own.filter(|_| !is_inner && id != "UserPoolDomain") {
            let text = name["Fn::Sub"].as_str().unwrap_or_default();
            let is_reference = name.get("Ref").is_some();
            assert!(text.contains("${AWS::StackName}") || is_reference, "{id}: {name}");
        }
        let events = resource["Properties"]["Events"].as_object().into_iter().flatten();
        for (event, schedule) in events.filter(|(_, event)| event["Type"] == "ScheduleV2") {
            assert_eq!(schedule["Properties"]["OmitName"], true, "{id}: SAM would call the schedule {event}");
        }
    }
}

#[test]
fn throttled_functions_and_events_that_cannot_be_delivered_ring_an_alarm() {
    let template = template();
    let watched: BTreeSet<_> =
        alarms(&template, &json!("AWS/Lambda"), "Throttles").into_iter().filter_map(|(name, _)| target(name)).collect();
    assert_eq!(watched, template.all(FUNCTION).into_keys().collect());
    let [(_, alarm)] = &alarms(&template, &json!("AWS/Events"), "FailedInvocations")[..] else {
        panic!("one rule, one alarm")
    };
    let rule = &template.all("AWS::Events::Rule")["OrderEventsRule"]["Name"];
    assert_eq!((&alarm["Dimensions"][1]["Name"], &alarm["Dimensions"][1]["Value"]), (&json!("RuleName"), rule));
}

/// The namespace of our own metrics: that of the stack.
fn namespace() -> Value {
    json!({ "Ref": "AWS::StackName" })
}

/// The alarms on a metric, each as (value of its only dimension, properties).
fn alarms<'a>(template: &'a Template, namespace: &Value, metric: &str) -> Vec<(&'a Value, &'a Value)> {
    let all = template.all("AWS::CloudWatch::Alarm").into_values();
    let wanted = all.filter(|alarm| alarm["Namespace"] == *namespace && alarm["MetricName"] == metric);
    wanted.map(|alarm| (&alarm["Dimensions"][0]["Value"], alarm)).collect()
}

#[test]
fn every_folder_is_one_function_and_every_function_a_folder() {
    let template = template();
    let expected: BTreeSet<_> = folders().iter().map(|folder| logical_id(folder)).collect();
    let found: BTreeSet<_> = template.all(FUNCTION).into_keys().map(str::to_owned).collect();
    assert_eq!(found, expected);
    for folder in folders() {
        let function = template.all(FUNCTION)[logical_id(&folder).as_str()];
        assert_eq!(function["CodeUri"], format!("target/lambda/{folder}"));
        assert_eq!(function["FunctionName"], json!({ "Fn::Sub": format!("${{AWS::StackName}}-{folder}") }));
        let metadata = template.at(&format!("/Resources/{}/Metadata", logical_id(&folder)));
        assert_eq!(metadata, &json!({ "SkipBuild": true }), "{folder}: `sam build` has no way to build it");
    }
}

#[test]
fn every_function_is_a_bootstrap_that_is_traced() {
    let template = template();
    let shared = template.at("/Globals/Function");
    assert_eq!(shared["Handler"], "bootstrap");
    assert_eq!(shared["Runtime"], "provided.al2023");
    assert_eq!(shared["Architectures"], json!([{ "Ref": "Architecture" }]));
    assert_eq!(shared["Tracing"], "Active");
    for (id, function) in template.all(FUNCTION) {
        for property in ["Handler", "Runtime", "Architectures", "Tracing"] {
            assert!(function.get(property).is_none(), "{id} overrides {property}");
        }
        assert!(function["Timeout"].is_u64() && function["MemorySize"].is_u64(), "{id} has no timeout or memory");
    }
}

#[test]
fn every_function_keeps_its_log_for_a_limited_time() {
    let template = template();
    let groups = template.all("AWS::Logs::LogGroup");
    for folder in folders() {
        let function = template.all(FUNCTION)[logical_id(&folder).as_str()];
        let group = target(&function["LoggingConfig"]["LogGroup"]).expect("a log group of its own");
        assert_eq!(groups[group]["LogGroupName"]["Fn::Sub"], format!("/aws/lambda/${{AWS::StackName}}-{folder}"));
    }
    for (id, group) in groups {
        assert!(template.number(&group["RetentionInDays"]).is_some(), "{id} keeps logs for ever");
    }
}

#[test]
fn the_environment_of_a_function_is_the_shared_part_and_its_own() {
    let template = template();
    let shared = ["AWS_LAMBDA_LOG_LEVEL", "DATABASE_IAM_AUTH", "DATABASE_URL", NAMESPACE_VARIABLE];
    let own = ["DATABASE_SECRET_ARN", "KEY_RETENTION_DAYS", "PARTITIONS_AHEAD_DAYS", "VISIT_RETENTION_DAYS"];
    let of_migrate =
        ["APP_SECRET_ARN", "DATABASE_MASTER_SECRET_ARN", "DATABASE_ROLE_SECRET_ARNS", "DATABASE_SECRET_ARN", "RELEASE"];
    let expected: BTreeSet<_> = shared.into_iter().chain(of_migrate).map(str::to_owned).collect();
    assert_eq!(template.environment_of("migrate"), expected);
    let expected: BTreeSet<_> = shared.into_iter().chain(own).map(str::to_owned).collect();
    assert_eq!(template.environment_of("maintain-partitions"), expected);
}

#[test]
fn the_feed_forgets_old_items_and_has_no_backup_that_would_keep_them() {
    let template = template();
    let table = template.all("AWS::DynamoDB::Table")["CatalogTable"];
    let keys = json!([{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }]);
    assert_eq!(table["KeySchema"], keys);
    assert_eq!(table["TimeToLiveSpecification"], json!({ "AttributeName": "expires_at", "Enabled": true }));
    assert!(table.get("PointInTimeRecoverySpecification").is_none());
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
    assert!(table.get("TableName").is_none(), "a kept table of a fixed name blocks the next deployment");
    assert_eq!(template.at("/Resources/CatalogTable/DeletionPolicy"), "RetainExceptOnCreate");
}

#[test]
fn the_deployment_guide_lists_every_parameter_with_its_default() {
    let guide = std::fs::read_to_string(repository().join("docs/DEPLOY.md")).unwrap();
    let listed: Vec<_> = guide.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).collect();
    let listed: BTreeSet<_> = listed
        .into_iter()
        .filter_map(|(name, rest)| Some((name, rest.split_once(" | ")?.0.trim_matches('`'))))
        .map(|(name, default)| (name.to_owned(), default.to_owned()))
        .collect();
    let template = template();
    let parameters = template.at("/Parameters").as_object().expect("parameters");
    let expected: BTreeSet<_> = parameters
        .iter()
        .map(|(name, parameter)| match &parameter["Default"] {
            Value::Null => (name.clone(), "none".to_owned()),
            Value::String(text) if text.is_empty() => (name.clone(), "empty".to_owned()),
            Value::String(text) => (name.clone(), text.clone()),
            number => (name.clone(), number.to_string()),
        })
        .collect();
    assert_eq!(listed, expected);
}

#[test]
fn no_visit_is_removed_before_verify_expects_it() {
    assert_eq!(
        template().at("/Parameters/VisitRetentionDays/MinValue"),
        8,
        "learning_recount/compare.sql has the same"
    );
}

#[test]
fn the_deployment_guide_counts_what_a_new_function_adds() {
    let guide = std::fs::read_to_string(repository().join("docs/DEPLOY.md")).unwrap();
    let template = template();
    let aliases = template.all(FUNCTION).into_values().filter(|function| function.get("AutoPublishAlias").is_some());
    // What the smallest stack has beside what has no condition.
    let smallest = ["CreateSmallDatabase", "CreateDatabase", "HasProbe"];
    let condition = |id: &str| template.at(&format!("/Resources/{id}/Condition")).as_str();
    let alarms = template.all("AWS::CloudWatch::Alarm").into_keys();
    let alarms = alarms.filter(|id| condition(id).is_none_or(|name| smallest.contains(&name)));
    let secrets = template.all("AWS::SecretsManager::Secret").into_keys().filter(|id| id.ends_with("DatabaseSecret"));
    for (count, what) in [
        (aliases.count(), "resources\n  `AWS::Lambda::Alias`"),
        (alarms.count(), "alarms, the first ten free"),
        (secrets.count(), "secrets | as above"),
    ] {
        assert!(guide.contains(&format!(" {count} {what}")), "docs/DEPLOY.md: {count} {what}");
    }
}
