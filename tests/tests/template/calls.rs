//! The calls of AWS that our code makes, and that their callers may make them: the local emulator allows everything, so
//! nothing else here would notice a permission that is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use testkit::template::repository;

use super::permission::granted;
use super::template;

/// Operations of the AWS SDKs that a function might call. Each is a method without arguments that begins a request.
const OPERATIONS: [&str; 24] = [
    "batch_write_item",
    "change_message_visibility",
    "change_message_visibility_batch",
    "delete_item",
    "delete_message",
    "delete_message_batch",
    "describe_secret",
    "get_item",
    "get_queue_attributes",
    "get_queue_url",
    "get_secret_value",
    "invoke",
    "list_queues",
    "purge_queue",
    "put_events",
    "put_item",
    "put_metric_data",
    "put_secret_value",
    "query",
    "receive_message",
    "send_message",
    "send_message_batch",
    "transact_write_items",
    "update_item",
];

/// (file, operation, actions of IAM, functions that make the call, resource if it is one for all of them).
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>
const CALLS: &[(&str, &str, &[&str], &[&str], &str)] = &[
    (
        "shared/catalog/src/feed/call.rs",
        "batch_write_item",
        &["dynamodb:BatchWriteItem"],
        &["UpdateCatalog"],
        "CatalogTable",
    ),
    ("shared/catalog/src/feed/person.rs", "query", &["dynamodb:Query"], &["ManagePeople"], "CatalogTable"),
    (
        "shared/catalog/src/feed/person.rs",
        "transact_write_items",
        &["dynamodb:PutItem", "dynamodb:DeleteItem"],
        &["ManagePeople"],
        "CatalogTable",
    ),
    (
        "shared/messaging/src/dead_letter_queue.rs",
        "get_queue_attributes",
        &["sqs:GetQueueAttributes"],
        &["AnswerQueries"],
        "",
    ),
    ("shared/messaging/src/queue_sender.rs", "send_message_batch", &["sqs:SendMessage"], SENDERS, ""),
    (
        "shared/people/src/letter.rs",
        "change_message_visibility",
        &["sqs:ChangeMessageVisibility"],
        &["ManagePeople"],
        "OrderEventsDlq",
    ),
    ("shared/people/src/letter.rs", "delete_message", &["sqs:DeleteMessage"], &["ManagePeople"], "OrderEventsDlq"),
    (
        "shared/people/src/letter.rs",
        "get_queue_attributes",
        &["sqs:GetQueueAttributes"],
        &["ManagePeople"],
        "OrderEventsDlq",
    ),
    ("shared/people/src/letter.rs", "receive_message", &["sqs:ReceiveMessage"], &["ManagePeople"], "OrderEventsDlq"),
    ("shared/people/src/letter.rs", "send_message", &["sqs:SendMessage"], &["ManagePeople"], "OrderEventsDlq"),
    (
        "shared/platform/src/secret.rs",
        "get_secret_value",
        &["secretsmanager:GetSecretValue"],
        &["AcceptEvents", "ManagePeople", "Migrate", "ProjectOrders", "SendAlerts"],
        "AppSecret",
    ),
    (
        "shared/platform/src/secret.rs",
        "put_secret_value",
        &["secretsmanager:PutSecretValue"],
        &["Migrate"],
        "AppSecret",
    ),
    (
        "shared/store/src/credentials.rs",
        "get_secret_value",
        &["secretsmanager:GetSecretValue"],
        &["Migrate", "MaintainPartitions", "RecordInteractions"],
        "",
    ),
];

/// Functions that send hints, events, or what they give up on.
const SENDERS: &[&str] = &[
    "AcceptEvents",
    "ImportInteractions",
    "ProjectOrders",
    "RecordInteractions",
    "ResendPending",
    "SendAlerts",
    "UpdateCatalog",
    "UpdatePopularity",
];

/// Collects the operations that the files below a folder call, as (file, operation).
fn collect(folder: &Path, found: &mut BTreeSet<(String, &'static str)>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !["tests", "testkit"].contains(&name) {
            collect(&path, found);
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap();
            let file = path.strip_prefix(repository()).unwrap().to_str().unwrap().to_owned();
            let called = OPERATIONS.into_iter().filter(|operation| text.contains(&format!(".{operation}()")));
            found.extend(called.map(|operation| (file.clone(), operation)));
        }
    }
}

#[test]
fn every_call_of_aws_is_known_and_allowed() {
    let mut found = BTreeSet::new();
    for folder in ["functions", "shared"] {
        collect(&repository().join(folder), &mut found);
    }
    let known = CALLS.iter().map(|(file, operation, ..)| ((*file).to_owned(), *operation)).collect();
    assert_eq!(found, known, "who makes a call needs its action; both stand in CALLS");

    let template = template();
    for (file, operation, actions, functions, resource) in CALLS {
        let pairs = functions.iter().flat_map(|function| actions.iter().map(move |action| (function, action)));
        for (role, action) in pairs.map(|(function, action)| (format!("{function}Role"), action)) {
            let fits = |(may, on): &(&str, &str)| may == action && (resource.is_empty() || on == resource);
            assert!(granted(&template, &role).iter().any(fits), "{role} lacks {action} for {operation} in {file}");
        }
    }
}
