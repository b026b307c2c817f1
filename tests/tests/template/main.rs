//! The rules that template.yaml keeps, because neither a linter nor the local emulator would notice when it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

use std::collections::BTreeSet;

use domain::Sink;
use platform::{Metric, NAMESPACE_VARIABLE};
use serde_json::{Value, json};
use testkit::template::{FUNCTION, Template, function_folders, logical_id, repository, target};

mod account;
mod api;
mod connections;
mod delivery;
mod log_level;
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
fn every_function_rings_an_alarm_when_it_fails() {
    let template = template();
    let watched: BTreeSet<_> =
        alarms(&template, &json!("AWS/Lambda"), "Errors").into_iter().filter_map(|(name, _)| target(name)).collect();
    assert_eq!(watched, template.all(FUNCTION).into_keys().collect());
    assert_eq!(template.at(&format!("/Globals/Function/Environment/Variables/{NAMESPACE_VARIABLE}")), &namespace());
}

#[test]
fn an_old_pending_row_rings_an_alarm_and_so_does_the_silence_of_resend_pending() {
    let template = template();
    let alarms = alarms(&template, &namespace(), Metric::PendingOldestAge.as_str());
    let sinks: BTreeSet<_> = alarms.iter().filter_map(|(sink, _)| sink.as_str()).collect();
    assert_eq!(sinks, Sink::ALL.into_iter().map(Sink::as_str).chain(["alerts"]).collect());
    for (sink, alarm) in alarms {
        assert_eq!(alarm["Dimensions"][0]["Name"], "Sink");
        assert_eq!(alarm["TreatMissingData"], "breaching", "{sink}");
    }
}

#[test]
fn lists_that_stand_still_ring_an_alarm_and_so_does_the_silence_of_rank_products() {
    let template = template();
    let alarms = alarms(&template, &namespace(), Metric::RanksAge.as_str());
    let [(function, alarm)] = &alarms[..] else { panic!("{alarms:?}") };
    assert_eq!((function.as_str(), &alarm["Dimensions"][0]["Name"]), (Some("rank-products"), &json!("Function")));
    assert_eq!((&alarm["TreatMissingData"], &alarm["Statistic"]), (&json!("breaching"), &json!("Maximum")));
    assert!(template.number(&alarm["Threshold"]).is_some_and(|seconds| seconds >= 120), "runs are a minute apart");
}

#[test]
fn a_derived_interaction_that_could_not_be_stored_rings_an_alarm() {
    let template = template();
    let alarms = alarms(&template, &namespace(), Metric::DerivedConflicts.as_str());
    let [(function, alarm)] = &alarms[..] else { panic!("{alarms:?}") };
    assert_eq!((function.as_str(), &alarm["Dimensions"][0]["Name"]), (Some("project-orders"), &json!("Function")));
    assert_eq!((&alarm["Threshold"], &alarm["Statistic"]), (&json!(0), &json!("Sum")));
    assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
}

#[test]
fn an_alarm_about_a_metric_of_ours_names_one_that_the_functions_write() {
    let known: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
    for (id, alarm) in template().all("AWS::CloudWatch::Alarm") {
        let name = alarm["MetricName"].as_str().unwrap_or_default();
        assert!(alarm["Namespace"] != namespace() || known.contains(name), "{id}: {name}");
    }
}

#[test]
fn what_is_neither_stored_nor_answered_rings_an_alarm() {
    let template = template();
    let conservation = alarms(&template, &namespace(), Metric::ConservationDifference.as_str());
    let [(sink, alarm)] = &conservation[..] else { panic!("{conservation:?}") };
    assert_eq!((sink.as_str(), &alarm["Threshold"]), (Some(Sink::Popularity.as_str()), &json!(0)));
    let unanswered = alarms(&template, &namespace(), Metric::Unanswered.as_str());
    let [(function, alarm)] = &unanswered[..] else { panic!("{unanswered:?}") };
    assert_eq!((function.as_str(), &alarm["Threshold"]), (Some("record-interactions"), &json!(0)));
}

#[test]
fn every_alarm_tells_the_topic_when_it_rings_and_when_it_stops() {
    let own = json!({ "Fn::If": ["HasAlarmEmail", [{ "Ref": "AlarmTopic" }], { "Ref": "AWS::NoValue" }] });
    let topic = json!({ "Fn::If": ["HasAlarmTopic", [{ "Ref": "AlarmTopicArn" }], own] });
    for (id, alarm) in template().all("AWS::CloudWatch::Alarm") {
        assert_eq!((&alarm["AlarmActions"], &alarm["OKActions"]), (&topic, &topic), "{id}");
    }
}

#[test]
fn every_alarm_has_an_entry_in_the_runbook_and_every_entry_an_alarm() {
    let runbook = std::fs::read_to_string(repository().join("docs/RUNBOOK.md")).unwrap();
    let entries: BTreeSet<_> = runbook.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let template = template();
    let mut used = BTreeSet::new();
    for (id, alarm) in template.all("AWS::CloudWatch::Alarm") {
        let name = alarm["AlarmName"]["Fn::Sub"].as_str().expect("the stack's name and its own");
        // The most specific entry: "order-events-age" and not a shorter end of the name.
        let entry = entries.iter().filter(|entry| name.ends_with(&format!("-{entry}"))).max_by_key(|entry| entry.len());
        used.insert(*entry.unwrap_or_else(|| panic!("{id}: no entry for {name}")));
    }
    assert_eq!(used, entries);
    for part in ["**Means**", "**First look**", "**Remedy**"] {
        assert_eq!(runbook.matches(part).count(), entries.len(), "{part} in every entry");
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
