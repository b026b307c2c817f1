//! Queues, their dead-letter queues and their consumers.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::template::{FUNCTION, Template, target};

use super::{alarms, template};

const QUEUE: &str = "AWS::SQS::Queue";
/// AWS's advice for queues that Lambda reads: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>.
const VISIBILITY_PER_TIMEOUT: u64 = 6;
const DAY: u64 = 86_400;
/// The outage, in seconds, that must not produce dead letters of valid messages.
const OUTAGE: u64 = DAY;
/// The time to handle a message that SQS moved to the DLQ, where its age keeps counting.
const LEFT_IN_DLQ: u64 = 7 * DAY;

fn is_dlq(id: &str) -> bool {
    id.ends_with("Dlq")
}

/// The queues that functions read, each as (logical id of the function, properties of it, properties of the mapping).
fn mappings(template: &Template) -> Vec<(&str, &Value, &Value)> {
    let functions = template.all(FUNCTION).into_iter();
    let events = functions.flat_map(|(id, function)| {
        let events = function["Events"].as_object().into_iter().flatten();
        events.filter(|(_, event)| event["Type"] == "SQS").map(move |(_, event)| (id, function, &event["Properties"]))
    });
    events.collect()
}

#[test]
fn every_queue_is_read_by_one_function() {
    let template = template();
    let read: Vec<_> =
        mappings(&template).into_iter().filter_map(|(_, _, mapping)| target(&mapping["Queue"])).collect();
    let queues: Vec<_> = template.all(QUEUE).into_keys().filter(|id| !is_dlq(id)).collect();
    assert_eq!(read.iter().copied().collect::<BTreeSet<_>>(), queues.iter().copied().collect());
    assert_eq!(read.len(), queues.len(), "two readers share a queue");
}

#[test]
fn every_queue_has_a_dlq_of_its_own_that_keeps_messages_longer() {
    let template = template();
    let queues = template.all(QUEUE);
    for (id, queue) in queues.iter().filter(|(id, _)| !is_dlq(id)) {
        let dlq_id = target(&queue["RedrivePolicy"]["deadLetterTargetArn"]).expect("a DLQ");
        assert_eq!(dlq_id, id.replace("Queue", "Dlq"));
        let dlq = queues[dlq_id];
        let kept = |queue: &Value| queue["MessageRetentionPeriod"].as_u64().expect("a retention in seconds");
        // A hint is restored from its pending row; a message with an event is the only copy.
        assert_eq!(kept(queue), if *id == "OrderEventsQueue" { 14 * DAY } else { 4 * DAY }, "{id}");
        assert_eq!(kept(dlq), 14 * DAY, "{dlq_id}");
        assert_eq!(dlq["MaximumMessageSize"], 1_048_576, "{dlq_id} takes every message of {id}, and its reason");
    }
}

#[test]
fn an_outage_of_a_day_makes_no_dead_letters_and_a_longer_one_no_lost_messages() {
    let template = template();
    for (id, queue) in template.all(QUEUE).iter().filter(|(id, _)| !is_dlq(id)) {
        let tries = template.number(&queue["RedrivePolicy"]["maxReceiveCount"]).expect("a default");
        let hidden = template.number(&queue["VisibilityTimeout"]).expect("a default in seconds");
        let bridged = tries * hidden;
        assert!(bridged >= OUTAGE, "{id}: dead letters after {bridged} s");
        let (kept, kept_dead) = (queue["MessageRetentionPeriod"].as_u64(), 14 * DAY);
        assert!(Some(bridged) <= kept, "{id}: a message expires before it becomes a dead letter");
        assert!(bridged + LEFT_IN_DLQ <= kept_dead, "{id}: a dead letter expires before anybody can see it");
    }
}

#[test]
fn a_consumer_moves_what_no_try_will_help_to_the_dlq_of_its_queue() {
    let template = template();
    for (id, function, mapping) in mappings(&template) {
        let queue = target(&mapping["Queue"]).expect("a queue");
        let dlq = target(&function["Environment"]["Variables"]["DEAD_LETTER_QUEUE_URL"]);
        assert_eq!(dlq, Some(&*queue.replace("Queue", "Dlq")), "{id}");
    }
}

#[test]
fn an_old_event_rings_an_alarm_because_no_pending_row_stands_for_it() {
    let template = template();
    let alarms = alarms(&template, &json!("AWS/SQS"), "ApproximateAgeOfOldestMessage");
    let watched: Vec<_> = alarms.iter().filter_map(|(name, _)| target(name)).collect();
    assert_eq!(watched, ["OrderEventsQueue"]);
}

#[test]
fn a_dlq_takes_messages_from_its_own_queue_only() {
    let template = template();
    let queues = template.all(QUEUE);
    for (id, dlq) in queues.iter().filter(|(id, _)| is_dlq(id)) {
        let allowed = &dlq["RedriveAllowPolicy"];
        let Some(queue) = queues.get(id.replace("Dlq", "Queue").as_str()) else {
            assert_eq!(allowed["redrivePermission"], "denyAll", "{id} belongs to no queue");
            continue;
        };
        assert_eq!(allowed["redrivePermission"], "byQueue", "{id}");
        let name = queue["QueueName"]["Fn::Sub"].as_str().expect("a name that the DLQ can spell");
        let arn = format!("arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}");
        assert_eq!(allowed["sourceQueueArns"], json!([{ "Fn::Sub": arn }]), "{id}");
    }
}

#[test]
fn every_dlq_rings_an_alarm_at_its_first_message() {
    let template = template();
    let alarms = alarms(&template, &json!("AWS/SQS"), "ApproximateNumberOfMessagesVisible");
    let watched: BTreeSet<_> = alarms.iter().filter_map(|(name, _)| target(name)).collect();
    assert_eq!(watched, template.all(QUEUE).into_keys().filter(|id| is_dlq(id)).collect());
    for (_, alarm) in alarms {
        assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
        assert_eq!(alarm["Threshold"], 0);
    }
}

#[test]
fn every_queue_is_encrypted_and_refuses_plain_http() {
    let template = template();
    let mut guarded = BTreeSet::new();
    for (id, policy) in template.all("AWS::SQS::QueuePolicy") {
        let queue = target(&policy["Queues"][0]).expect("a queue");
        let statement = &policy["PolicyDocument"]["Statement"][0];
        assert_eq!(statement["Effect"], "Deny", "{id}");
        assert_eq!(target(&statement["Resource"]), Some(queue), "{id}");
        assert_eq!(statement["Condition"], json!({ "Bool": { "aws:SecureTransport": "false" } }), "{id}");
        guarded.insert(queue);
    }
    assert_eq!(guarded, template.all(QUEUE).into_keys().collect());
    for (id, queue) in template.all(QUEUE) {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{id}");
    }
}

#[test]
fn a_message_stays_hidden_for_six_timeouts_and_the_window() {
    let template = template();
    for (id, function, mapping) in mappings(&template) {
        let queue = template.all(QUEUE)[target(&mapping["Queue"]).expect("a queue")];
        let hidden = template.number(&queue["VisibilityTimeout"]).expect("a default in seconds");
        let timeout = template.number(&function["Timeout"]).expect("a timeout in seconds");
        let window = template.number(&mapping["MaximumBatchingWindowInSeconds"]).expect("a window in seconds");
        assert!(hidden >= VISIBILITY_PER_TIMEOUT * timeout + window, "{id}: {hidden} s");
    }
}

#[test]
fn every_reader_reports_failed_items_and_is_limited() {
    let template = template();
    for (id, function, mapping) in mappings(&template) {
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{id}");
        assert!(template.number(&mapping["ScalingConfig"]["MaximumConcurrency"]) >= Some(2), "{id}");
        assert!(function.get("ReservedConcurrentExecutions").is_none(), "{id}: throttling burns receives");
        let (batch, window) = (&mapping["BatchSize"], &mapping["MaximumBatchingWindowInSeconds"]);
        assert!(batch.as_u64() <= Some(10) || window.as_u64() >= Some(1), "{id}: AWS refuses it without a window");
    }
}

#[test]
fn schedules_start_hints_and_ranks_each_minute_a_probe_every_five_and_the_others_each_day() {
    let template = template();
    let functions = template.all(FUNCTION).into_iter();
    let schedules: Vec<_> = functions
        .flat_map(|(id, function)| {
            function["Events"].as_object().into_iter().flatten().map(move |(_, event)| (id, event))
        })
        .filter(|(_, event)| event["Type"] == "ScheduleV2")
        .map(|(id, event)| (id, event["Properties"]["ScheduleExpression"].as_str().unwrap_or_default()))
        .collect();
    let expected = [
        ("JudgeCartsFunction", "rate(1 day)"),
        ("MaintainPartitionsFunction", "rate(1 day)"),
        ("ProbeApiFunction", "rate(5 minutes)"),
        ("RankProductsFunction", "rate(1 minute)"),
        ("ResendPendingFunction", "rate(1 minute)"),
    ];
    assert_eq!(schedules, expected);
}

#[test]
fn a_daily_run_that_fails_or_cannot_be_started_leaves_a_message() {
    let template = template();
    let mut daily = BTreeSet::new();
    for (id, function) in template.all(FUNCTION) {
        for (_, event) in function["Events"].as_object().into_iter().flatten() {
            let properties = &event["Properties"];
            if properties["ScheduleExpression"] == "rate(1 day)" {
                let failed = &function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
                assert_eq!(
                    (failed["Type"].as_str(), target(&failed["Destination"])),
                    (Some("SQS"), Some("MaintenanceDlq")),
                    "{id}"
                );
                assert_eq!(target(&properties["DeadLetterConfig"]["Arn"]), Some("MaintenanceDlq"), "{id}");
                daily.insert(id);
            }
        }
    }
    assert_eq!(daily, ["JudgeCartsFunction", "MaintainPartitionsFunction"].into());
}

#[test]
fn an_event_that_the_bus_cannot_deliver_becomes_a_dead_letter() {
    let template = template();
    let rules = template.all("AWS::Events::Rule");
    assert!(!rules.is_empty());
    for (id, rule) in rules {
        for destination in rule["Targets"].as_array().expect("targets") {
            assert_eq!(target(&destination["DeadLetterConfig"]["Arn"]), Some("OrderEventsDlq"), "{id}");
        }
    }
}
