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

/// (file, operation, what the callers need of IAM for it, as in the table of all grants).
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>
const CALLS: &[(&str, &str, &[&str])] = &[
    (
        "shared/catalog/src/feed/call.rs",
        "batch_write_item",
        &["UpdateCatalogRole dynamodb:BatchWriteItem CatalogTable"],
    ),
    ("shared/catalog/src/feed/person.rs", "query", &["ManagePeopleRole dynamodb:Query CatalogTable"]),
    (
        "shared/catalog/src/feed/person.rs",
        "transact_write_items",
        &["ManagePeopleRole dynamodb:PutItem CatalogTable", "ManagePeopleRole dynamodb:DeleteItem CatalogTable"],
    ),
    (
        "shared/messaging/src/dead_letter_queue.rs",
        "get_queue_attributes",
        &[
            "AnswerQueriesRole sqs:GetQueueAttributes AlertsDlq",
            "AnswerQueriesRole sqs:GetQueueAttributes CatalogDlq",
            "AnswerQueriesRole sqs:GetQueueAttributes MaintenanceDlq",
            "AnswerQueriesRole sqs:GetQueueAttributes OrderEventsDlq",
            "AnswerQueriesRole sqs:GetQueueAttributes PopularityDlq",
        ],
    ),
    (
        "shared/messaging/src/queue_sender.rs",
        "send_message_batch",
        &[
            "AcceptEventsRole sqs:SendMessage OrderEventsQueue",
            "ImportInteractionsRole sqs:SendMessage CatalogQueue",
            "ProjectOrdersRole sqs:SendMessage PopularityQueue",
            "ProjectOrdersRole sqs:SendMessage CatalogQueue",
            "ProjectOrdersRole sqs:SendMessage AlertsQueue",
            "ProjectOrdersRole sqs:SendMessage OrderEventsDlq",
            "RecordInteractionsRole sqs:SendMessage PopularityQueue",
            "RecordInteractionsRole sqs:SendMessage CatalogQueue",
            "ResendPendingRole sqs:SendMessage PopularityQueue",
            "ResendPendingRole sqs:SendMessage CatalogQueue",
            "ResendPendingRole sqs:SendMessage AlertsQueue",
            "SendAlertsRole sqs:SendMessage AlertsDlq",
            "UpdateCatalogRole sqs:SendMessage CatalogDlq",
            "UpdatePopularityRole sqs:SendMessage PopularityDlq",
        ],
    ),
    (
        "shared/people/src/letter.rs",
        "change_message_visibility",
        &["ManagePeopleRole sqs:ChangeMessageVisibility OrderEventsDlq"],
    ),
    ("shared/people/src/letter.rs", "delete_message", &["ManagePeopleRole sqs:DeleteMessage OrderEventsDlq"]),
    (
        "shared/people/src/letter.rs",
        "get_queue_attributes",
        &["ManagePeopleRole sqs:GetQueueAttributes OrderEventsDlq"],
    ),
    ("shared/people/src/letter.rs", "receive_message", &["ManagePeopleRole sqs:ReceiveMessage OrderEventsDlq"]),
    ("shared/people/src/letter.rs", "send_message", &["ManagePeopleRole sqs:SendMessage OrderEventsDlq"]),
    (
        "shared/platform/src/secret.rs",
        "get_secret_value",
        &[
            "AcceptEventsRole secretsmanager:GetSecretValue AppSecret",
            "ManagePeopleRole secretsmanager:GetSecretValue AppSecret",
            "MigrateRole secretsmanager:GetSecretValue AppSecret",
            "ProjectOrdersRole secretsmanager:GetSecretValue AppSecret",
            "SendAlertsRole secretsmanager:GetSecretValue AppSecret",
        ],
    ),
    ("shared/platform/src/secret.rs", "put_secret_value", &["MigrateRole secretsmanager:PutSecretValue AppSecret"]),
    (
        "shared/store/src/credentials.rs",
        "get_secret_value",
        &[
            "MigrateRole secretsmanager:GetSecretValue DatabaseSecretArn",
            "MaintainPartitionsRole secretsmanager:GetSecretValue DatabaseSecretArn",
            "AnswerQueriesRole secretsmanager:GetSecretValue AnswerQueriesDatabaseSecret",
            "ImportInteractionsRole secretsmanager:GetSecretValue ImportInteractionsDatabaseSecret",
            "JudgeCartsRole secretsmanager:GetSecretValue JudgeCartsDatabaseSecret",
            "ManagePeopleRole secretsmanager:GetSecretValue ManagePeopleDatabaseSecret",
            "ProjectOrdersRole secretsmanager:GetSecretValue ProjectOrdersDatabaseSecret",
            "RankProductsRole secretsmanager:GetSecretValue RankProductsDatabaseSecret",
            "RecommendRole secretsmanager:GetSecretValue RecommendDatabaseSecret",
            "RecordInteractionsRole secretsmanager:GetSecretValue RecordInteractionsDatabaseSecret",
            "ResendPendingRole secretsmanager:GetSecretValue ResendPendingDatabaseSecret",
            "SendAlertsRole secretsmanager:GetSecretValue SendAlertsDatabaseSecret",
            "UpdateCatalogRole secretsmanager:GetSecretValue UpdateCatalogDatabaseSecret",
            "UpdatePopularityRole secretsmanager:GetSecretValue UpdatePopularityDatabaseSecret",
        ],
    ),
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
    for (file, operation, needs) in CALLS {
        for need in *needs {
            let (role, rest) = need.split_once(' ').unwrap();
            let allowed = granted(&template, role).into_iter().map(|(action, on)| format!("{action} {on}"));
            assert!(allowed.collect::<Vec<_>>().iter().any(|grant| grant == rest), "{need}, for {operation} in {file}");
        }
    }
}
