//! Who may do what: single actions on single resources.

use std::collections::BTreeSet;

use it::template::{FUNCTION, Template, logical_id, target};
use serde_json::{Map, Value};

use super::template;

/// Statements that may name every resource, because AWS offers no narrower one.
const UNBOUND: [(&str, &str); 2] = [
    ("SendTraces", "X-Ray has no resource level for writing"),
    ("AttachToVpc", "Lambda makes network interfaces whose ids nobody knows in advance"),
];

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

/// A statement as it stands, or the one inside a condition.
fn unconditional(statement: &Value) -> &Value {
    statement.pointer("/Fn::If/1").unwrap_or(statement)
}

fn statements(document: &Value) -> Vec<&Value> {
    list(&document["Statement"]).into_iter().map(unconditional).collect()
}

/// The statements that allow something to a role of ours.
fn allowed(template: &Template) -> Vec<&Value> {
    let roles = template.all("AWS::IAM::Role").into_values().flat_map(|role| list(&role["Policies"]));
    let inline = roles.flat_map(|policy| statements(&policy["PolicyDocument"]));
    let managed = template.all("AWS::IAM::ManagedPolicy").into_values();
    let all = inline.chain(managed.flat_map(|policy| statements(&policy["PolicyDocument"])));
    all.filter(|statement| statement["Effect"] == "Allow").collect()
}

#[test]
fn no_statement_allows_a_wildcard_action() {
    let template = template();
    assert!(allowed(&template).len() > 10, "the statements are not where this test looks");
    for statement in allowed(&template) {
        for action in list(&statement["Action"]) {
            let action = action.as_str().expect("actions are spelled out");
            assert!(!action.contains('*'), "{action}");
        }
        assert!(statement.get("NotAction").is_none() && statement.get("NotResource").is_none(), "{statement}");
    }
}

#[test]
fn only_reasoned_statements_name_every_resource() {
    let template = template();
    let mut unbound = BTreeSet::new();
    for statement in allowed(&template) {
        if list(&statement["Resource"]).into_iter().any(|resource| resource.to_string().contains('*')) {
            unbound.insert(statement["Sid"].as_str().expect("a name"));
        }
    }
    assert_eq!(unbound, UNBOUND.into_iter().map(|(sid, _)| sid).collect());
}

#[test]
fn every_function_has_a_role_of_its_own() {
    let template = template();
    for (id, function) in template.all(FUNCTION) {
        let role = target(&function["Role"]).expect("a role of its own, else SAM attaches policies with wildcards");
        assert_eq!(role, id.replace("Function", "Role"));
        let properties = template.all("AWS::IAM::Role")[role];
        assert_eq!(properties["ManagedPolicyArns"], serde_json::json!([{ "Ref": "RuntimePolicy" }]), "{role}");
        assert!(function.get("Policies").is_none(), "{id}: its policies belong to {role}");
        let log = &properties["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"];
        assert_eq!(target(log), Some(id.replace("Function", "LogGroup").as_str()), "{role} writes a foreign log");
    }
}

#[test]
fn no_role_may_do_more_than_this() {
    let template = template();
    let mut granted = BTreeSet::new();
    for (id, role) in template.all("AWS::IAM::Role") {
        let statements = list(&role["Policies"]).into_iter().flat_map(|policy| statements(&policy["PolicyDocument"]));
        for statement in statements.filter(|statement| statement["Effect"] == "Allow") {
            for (action, on) in list(&statement["Action"]).into_iter().flat_map(|action| {
                list(&statement["Resource"]).into_iter().map(move |resource| (action, target(resource)))
            }) {
                granted.insert(format!("{id} {} {}", action.as_str().unwrap_or("?"), on.unwrap_or("?")));
            }
        }
    }
    granted.retain(|grant| !grant.contains(" logs:"));
    let expected = [
        "AcceptEventsRole sqs:SendMessage OrderEventsQueue",
        "JudgeCartsRole sqs:SendMessage MaintenanceDlq",
        "MaintainPartitionsRole sqs:SendMessage MaintenanceDlq",
        "ManagePeopleRole dynamodb:DeleteItem CatalogTable",
        "ManagePeopleRole dynamodb:PutItem CatalogTable",
        "ManagePeopleRole dynamodb:Query CatalogTable",
        "ManagePeopleRole sqs:ChangeMessageVisibility OrderEventsDlq",
        "ManagePeopleRole sqs:DeleteMessage OrderEventsDlq",
        "ManagePeopleRole sqs:ReceiveMessage OrderEventsDlq",
        "ManagePeopleRole sqs:SendMessage OrderEventsDlq",
        "ProjectOrdersRole sqs:DeleteMessage OrderEventsQueue",
        "ProjectOrdersRole sqs:GetQueueAttributes OrderEventsQueue",
        "ProjectOrdersRole sqs:ReceiveMessage OrderEventsQueue",
        "ProjectOrdersRole sqs:SendMessage AlertsQueue",
        "ProjectOrdersRole sqs:SendMessage CatalogQueue",
        "ProjectOrdersRole sqs:SendMessage PopularityQueue",
        "RecordInteractionsRole sqs:SendMessage CatalogQueue",
        "RecordInteractionsRole sqs:SendMessage PopularityQueue",
        "ResendPendingRole sqs:SendMessage AlertsQueue",
        "ResendPendingRole sqs:SendMessage CatalogQueue",
        "ResendPendingRole sqs:SendMessage PopularityQueue",
        "ScheduleRole lambda:InvokeFunction JudgeCartsFunction",
        "ScheduleRole lambda:InvokeFunction MaintainPartitionsFunction",
        "ScheduleRole lambda:InvokeFunction ResendPendingFunction",
        "ScheduleRole sqs:SendMessage MaintenanceDlq",
        "SendAlertsRole sqs:DeleteMessage AlertsQueue",
        "SendAlertsRole sqs:GetQueueAttributes AlertsQueue",
        "SendAlertsRole sqs:ReceiveMessage AlertsQueue",
        "UpdateCatalogRole dynamodb:BatchWriteItem CatalogTable",
        "UpdateCatalogRole sqs:DeleteMessage CatalogQueue",
        "UpdateCatalogRole sqs:GetQueueAttributes CatalogQueue",
        "UpdateCatalogRole sqs:ReceiveMessage CatalogQueue",
        "UpdatePopularityRole sqs:DeleteMessage PopularityQueue",
        "UpdatePopularityRole sqs:GetQueueAttributes PopularityQueue",
        "UpdatePopularityRole sqs:ReceiveMessage PopularityQueue",
    ];
    assert_eq!(granted.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn a_function_without_a_database_is_kept_from_its_credentials() {
    let template = template();
    let shared: BTreeSet<_> = template.all("AWS::IAM::ManagedPolicy")["RuntimePolicy"]["PolicyDocument"]["Statement"]
        .as_array()
        .into_iter()
        .flatten()
        .map(unconditional)
        .filter(|statement| statement["Effect"] == "Allow" && statement["Sid"] != "DecryptDatabaseSecret")
        .filter(|statement| statement["Sid"].as_str().is_some_and(|sid| sid.contains("Database")))
        .filter_map(|statement| statement["Action"].as_str())
        .collect();
    for (id, function) in template.all(FUNCTION) {
        let folder = it::template::function_folders().unwrap().into_iter().find(|it| logical_id(it) == id).unwrap();
        if template.environment_of(&folder).contains("DATABASE_URL") {
            continue;
        }
        assert!(function["ReservedConcurrentExecutions"].is_null(), "{id}: it protects no database");
        let role = template.all("AWS::IAM::Role")[id.replace("Function", "Role").as_str()];
        let own = statements(&role["Policies"][0]["PolicyDocument"]).into_iter();
        let denied = own.filter(|statement| statement["Effect"] == "Deny" && statement["Resource"] == "*");
        let denied: BTreeSet<_> = denied.flat_map(|it| list(&it["Action"])).filter_map(Value::as_str).collect();
        assert!(denied.is_superset(&shared), "{id}: {shared:?}");
    }
    assert!(!template.environment_of("accept-events").contains("DATABASE_URL"));
}

#[test]
fn a_queue_url_in_the_environment_comes_with_the_right_to_send() {
    let template = template();
    for (id, function) in template.all(FUNCTION) {
        let variables = function.pointer("/Environment/Variables").and_then(Value::as_object);
        let urls = variables.into_iter().flat_map(Map::iter).filter(|(name, _)| name.ends_with("_QUEUE_URL"));
        let wanted: BTreeSet<_> = urls.filter_map(|(_, value)| target(value)).collect();
        let role = template.all("AWS::IAM::Role")[id.replace("Function", "Role").as_str()];
        let own = statements(&role["Policies"][0]["PolicyDocument"]).into_iter();
        let sends = own.filter(|statement| statement["Sid"] == "WakeConsumers");
        let may: BTreeSet<_> = sends.flat_map(|statement| list(&statement["Resource"])).filter_map(target).collect();
        assert_eq!(may, wanted, "{id}");
    }
}
