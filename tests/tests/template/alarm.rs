//! The alarms: what each watches, when it rings, whom it tells, and what the runbook says of it.

use std::collections::BTreeSet;

use domain::Sink;
use platform::{Metric, NAMESPACE_VARIABLE};
use serde_json::{Value, json};
use testkit::template::{FUNCTION, repository, target};

use super::{alarms, namespace, template};

/// Every alarm, functions and queues by one of their kind: its metric and statistic, when it rings, and what no figure means.
const ALARMS: &[&str] = &[
    "alerts-dlq: Maximum ApproximateNumberOfMessagesVisible > 0 in 1 of 1 x 60 s, notBreaching",
    "alerts-pending-age: Maximum PendingOldestAge > PendingAgeAlarmSeconds in 5 of 5 x 60 s, breaching",
    "api-server-errors: Sum 5xx > ErrorAlarmThreshold in 1 of 1 x 300 s, notBreaching",
    "catalog-dlq: Maximum ApproximateNumberOfMessagesVisible > 0 in 1 of 1 x 60 s, notBreaching",
    "catalog-pending-age: Maximum PendingOldestAge > PendingAgeAlarmSeconds in 5 of 5 x 60 s, breaching",
    "conservation: Maximum ConservationDifference > 0 in 1 of 1 x 86400 s, missing",
    "database-capacity: Average ACUUtilization > 95 in 3 of 3 x 300 s, missing",
    "database-credits: Minimum CPUCreditBalance < 30 in 3 of 3 x 300 s, missing",
    "database-storage: Minimum FreeStorageSpace < 2147483648 in 3 of 3 x 300 s, missing",
    "derived-conflicts: Sum DerivedConflicts > 0 in 1 of 1 x 300 s, notBreaching",
    "event-delivery: Sum FailedInvocations > 0 in 1 of 1 x 300 s, notBreaching",
    "maintenance-dlq: Maximum ApproximateNumberOfMessagesVisible > 0 in 1 of 1 x 60 s, notBreaching",
    "migrate-errors: Sum Errors > ErrorAlarmThreshold in 1 of 1 x 300 s, notBreaching",
    "migrate-throttles: Sum Throttles > ErrorAlarmThreshold in 1 of 1 x 300 s, notBreaching",
    "order-events-age: Maximum ApproximateAgeOfOldestMessage > PendingAgeAlarmSeconds in 5 of 5 x 60 s, notBreaching",
    "order-events-dlq: Maximum ApproximateNumberOfMessagesVisible > 0 in 1 of 1 x 60 s, notBreaching",
    "popularity-dlq: Maximum ApproximateNumberOfMessagesVisible > 0 in 1 of 1 x 60 s, notBreaching",
    "popularity-pending-age: Maximum PendingOldestAge > PendingAgeAlarmSeconds in 5 of 5 x 60 s, breaching",
    "probe: Maximum ProbeSeconds > ProbeAlarmSeconds in 2 of 2 x 600 s, breaching",
    "ranks-age: Maximum RanksAge > RanksAgeAlarmSeconds in 5 of 5 x 60 s, breaching",
    "refused-projections: Sum Refused > 0 in 1 of 1 x 300 s, notBreaching",
    "unanswered-items: Sum Unanswered > 0 in 1 of 1 x 300 s, notBreaching",
];

/// A number, or the parameter that holds it.
fn number(value: &Value) -> String {
    target(value).map_or_else(|| value.to_string(), str::to_owned)
}

/// Writes an alarm as one line.
fn summary(alarm: &Value) -> String {
    let text = |name: &str| alarm[name].as_str().unwrap_or("?").to_owned();
    let name = alarm["AlarmName"]["Fn::Sub"].as_str().expect("the stack's name and its own");
    let operator = if text("ComparisonOperator") == "GreaterThanThreshold" { ">" } else { "<" };
    let periods = alarm["EvaluationPeriods"].to_string();
    let needed = alarm.get("DatapointsToAlarm").map_or_else(|| periods.clone(), Value::to_string);
    format!(
        "{}: {} {} {operator} {} in {needed} of {periods} x {} s, {}",
        name.trim_start_matches("${AWS::StackName}-"),
        text("Statistic"),
        text("MetricName"),
        number(&alarm["Threshold"]),
        alarm["Period"],
        text("TreatMissingData"),
    )
}

#[test]
fn every_alarm_rings_when_it_should() {
    let template = template();
    let of_one_kind = |id: &str| {
        let is_of = |kind: &str, example: &str| id.ends_with(kind) && !id.starts_with(example);
        is_of("ErrorsAlarm", "Migrate") && id != "ApiServerErrorsAlarm" || is_of("ThrottlesAlarm", "Migrate")
    };
    let all = template.all("AWS::CloudWatch::Alarm").into_iter();
    let lines: BTreeSet<_> = all.filter(|(id, _)| !of_one_kind(id)).map(|(_, alarm)| summary(alarm)).collect();
    assert_eq!(lines.iter().map(String::as_str).collect::<Vec<_>>(), ALARMS);
}

#[test]
fn functions_have_alarms_of_one_kind() {
    let template = template();
    for kind in ["Errors", "Throttles"] {
        let summaries = alarms(&template, &json!("AWS/Lambda"), kind).into_iter().map(|(_, alarm)| summary(alarm));
        let of_each: BTreeSet<_> = summaries.map(|line| line.split_once(": ").unwrap().1.to_owned()).collect();
        assert_eq!(of_each.len(), 1, "{of_each:?}");
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
fn the_pending_rows_of_every_sink_ring_an_alarm_when_they_are_old() {
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
fn an_alarm_about_a_metric_of_ours_names_one_that_the_functions_write() {
    let known: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
    for (id, alarm) in template().all("AWS::CloudWatch::Alarm") {
        let name = alarm["MetricName"].as_str().unwrap_or_default();
        assert!(alarm["Namespace"] != namespace() || known.contains(name), "{id}: {name}");
    }
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
