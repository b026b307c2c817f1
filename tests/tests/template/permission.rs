//! Permissions: single actions on single resources.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use store::Role;
use testkit::template::{FUNCTION, Template, logical_id, target};

use super::template;

/// Statements that may name every resource, because AWS offers no narrower one.
const UNBOUND: [(&str, &str); 2] = [
    ("SendTraces", "X-Ray has no resource level for writing"),
    ("AttachToVpc", "Lambda makes network interfaces whose ids nobody knows in advance"),
];

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

/// A statement, or the one inside a condition.
fn unconditional(statement: &Value) -> &Value {
    statement.pointer("/Fn::If/1").unwrap_or(statement)
}

fn statements(document: &Value) -> Vec<&Value> {
    list(&document["Statement"]).into_iter().map(unconditional).collect()
}

/// The statements of a role: its own, and those of the policies that are attached to it by name.
fn of_role<'a>(template: &'a Template, role: &str) -> Vec<&'a Value> {
    let inline = list(&template.all("AWS::IAM::Role")[role]["Policies"]);
    let attached = template.all("AWS::IAM::Policy").into_values();
    let attached = attached.filter(|policy| list(&policy["Roles"]).into_iter().any(|of| target(of) == Some(role)));
    inline.into_iter().chain(attached).flat_map(|policy| statements(&policy["PolicyDocument"])).collect()
}

/// The statements that allow something to a role of ours.
fn allowed(template: &Template) -> Vec<&Value> {
    let own = template.all("AWS::IAM::Role").into_keys().flat_map(|role| of_role(template, role));
    let managed = template.all("AWS::IAM::ManagedPolicy").into_values();
    let all = own.chain(managed.flat_map(|policy| statements(&policy["PolicyDocument"])));
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
        let attached = template.all("AWS::IAM::Policy").into_values();
        let attached = attached.filter(|policy| list(&policy["Roles"]).into_iter().any(|of| target(of) == Some(role)));
        for name in attached.filter_map(|policy| policy["PolicyName"].as_str()) {
            assert!(["database", "owner"].contains(&name) || logical_id(name) == id, "{role} has the policy {name}");
        }
    }
}

/// The permissions of functions and schedules, except for their own logs and the database.
const GRANTS: &[&str] = &[
    "AcceptEventsRole secretsmanager:GetSecretValue AppSecret",
    "AcceptEventsRole sqs:SendMessage OrderEventsQueue",
    "AnswerQueriesRole sqs:GetQueueAttributes AlertsDlq",
    "AnswerQueriesRole sqs:GetQueueAttributes CatalogDlq",
    "AnswerQueriesRole sqs:GetQueueAttributes MaintenanceDlq",
    "AnswerQueriesRole sqs:GetQueueAttributes OrderEventsDlq",
    "AnswerQueriesRole sqs:GetQueueAttributes PopularityDlq",
    "ImportInteractionsRole sqs:SendMessage CatalogQueue",
    "JudgeCartsRole sqs:SendMessage MaintenanceDlq",
    "MaintainPartitionsRole kms:Decrypt DatabaseSecretKeyArn",
    "MaintainPartitionsRole secretsmanager:GetSecretValue DatabaseSecretArn",
    "MaintainPartitionsRole sqs:SendMessage MaintenanceDlq",
    "ManagePeopleRole dynamodb:DeleteItem CatalogTable",
    "ManagePeopleRole dynamodb:PutItem CatalogTable",
    "ManagePeopleRole dynamodb:Query CatalogTable",
    "ManagePeopleRole secretsmanager:GetSecretValue AppSecret",
    "ManagePeopleRole sqs:ChangeMessageVisibility OrderEventsDlq",
    "ManagePeopleRole sqs:DeleteMessage OrderEventsDlq",
    "ManagePeopleRole sqs:GetQueueAttributes OrderEventsDlq",
    "ManagePeopleRole sqs:ReceiveMessage OrderEventsDlq",
    "ManagePeopleRole sqs:SendMessage OrderEventsDlq",
    "MigrateRole kms:Decrypt DatabaseSecretKeyArn",
    "MigrateRole secretsmanager:GetSecretValue AppSecret",
    "MigrateRole secretsmanager:GetSecretValue AuroraCluster",
    "MigrateRole secretsmanager:GetSecretValue DatabaseSecretArn",
    "MigrateRole secretsmanager:GetSecretValue SmallDatabase",
    "MigrateRole secretsmanager:PutSecretValue AppSecret",
    "ProjectOrdersRole secretsmanager:GetSecretValue AppSecret",
    "ProjectOrdersRole sqs:DeleteMessage OrderEventsQueue",
    "ProjectOrdersRole sqs:GetQueueAttributes OrderEventsQueue",
    "ProjectOrdersRole sqs:ReceiveMessage OrderEventsQueue",
    "ProjectOrdersRole sqs:SendMessage AlertsQueue",
    "ProjectOrdersRole sqs:SendMessage CatalogQueue",
    "ProjectOrdersRole sqs:SendMessage OrderEventsDlq",
    "ProjectOrdersRole sqs:SendMessage PopularityQueue",
    "RecordInteractionsRole sqs:SendMessage CatalogQueue",
    "RecordInteractionsRole sqs:SendMessage PopularityQueue",
    "ResendPendingRole sqs:SendMessage AlertsQueue",
    "ResendPendingRole sqs:SendMessage CatalogQueue",
    "ResendPendingRole sqs:SendMessage PopularityQueue",
    "ScheduleRole lambda:InvokeFunction JudgeCartsFunction",
    "ScheduleRole lambda:InvokeFunction MaintainPartitionsFunction",
    "ScheduleRole lambda:InvokeFunction ProbeApiFunction",
    "ScheduleRole lambda:InvokeFunction RankProductsFunction",
    "ScheduleRole lambda:InvokeFunction ResendPendingFunction",
    "ScheduleRole sqs:SendMessage MaintenanceDlq",
    "SendAlertsRole secretsmanager:GetSecretValue AppSecret",
    "SendAlertsRole sqs:DeleteMessage AlertsQueue",
    "SendAlertsRole sqs:GetQueueAttributes AlertsQueue",
    "SendAlertsRole sqs:ReceiveMessage AlertsQueue",
    "SendAlertsRole sqs:SendMessage AlertsDlq",
    "UpdateCatalogRole dynamodb:BatchWriteItem CatalogTable",
    "UpdateCatalogRole sqs:DeleteMessage CatalogQueue",
    "UpdateCatalogRole sqs:GetQueueAttributes CatalogQueue",
    "UpdateCatalogRole sqs:ReceiveMessage CatalogQueue",
    "UpdateCatalogRole sqs:SendMessage CatalogDlq",
    "UpdatePopularityRole sqs:DeleteMessage PopularityQueue",
    "UpdatePopularityRole sqs:GetQueueAttributes PopularityQueue",
    "UpdatePopularityRole sqs:ReceiveMessage PopularityQueue",
    "UpdatePopularityRole sqs:SendMessage PopularityDlq",
];

/// The actions that a role may take, each with its resource.
pub(crate) fn granted<'a>(template: &'a Template, role: &str) -> Vec<(&'a str, &'a str)> {
    let allowed = of_role(template, role).into_iter().filter(|statement| statement["Effect"] == "Allow");
    let pairs = allowed.flat_map(|statement| {
        let on = || list(&statement["Resource"]).into_iter().map(|resource| target(resource).unwrap_or("?"));
        list(&statement["Action"])
            .into_iter()
            .flat_map(move |action| on().map(|on| (action.as_str().unwrap_or("?"), on)))
    });
    pairs.collect()
}

#[test]
fn no_role_may_do_more_than_this() {
    let template = template();
    let mut granted: BTreeSet<_> = template
        .all("AWS::IAM::Role")
        .into_keys()
        .flat_map(|role| granted(&template, role).into_iter().map(move |(action, on)| format!("{role} {action} {on}")))
        .collect();
    // Every function has its own log; the test below covers its access to the database.
    granted
        .retain(|grant| !grant.contains(" logs:") && !grant.contains("rds-db:") && !grant.ends_with("DatabaseSecret"));
    assert_eq!(granted.iter().map(String::as_str).collect::<Vec<_>>(), GRANTS);
}

/// The users of a database that the stack creates.
const CREATED_USERS: &str = "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:${Server}";

/// The database permissions of a function's role: (action, resource).
fn database_rights(template: &Template, id: &str) -> BTreeSet<(String, String)> {
    let own = of_role(template, &id.replace("Function", "Role")).into_iter();
    let on = |resource: &Value| match resource.pointer("/Fn::Sub/0").or(resource.get("Fn::Sub")) {
        Some(text) => text.as_str().unwrap_or_default().to_owned(),
        None => target(resource).map_or_else(|| resource.to_string(), str::to_owned),
    };
    let rights = own.flat_map(|statement| {
        let resources = list(&statement["Resource"]).into_iter().map(on);
        resources.map(|resource| (statement["Action"].as_str().unwrap_or_default().to_owned(), resource))
    });
    rights.filter(|(action, on)| action == "rds-db:connect" || on.ends_with("DatabaseSecret")).collect()
}

#[test]
fn a_function_signs_in_to_the_database_as_its_own_role_and_no_other() {
    let (template, known) = (template(), Role::all());
    let mut roles = 0;
    for folder in testkit::template::function_folders().unwrap() {
        let (id, name) = (logical_id(&folder), format!("shopsignal_{}", folder.replace('-', "_")));
        let rights = database_rights(&template, &id);
        let secret = id.replace("Function", "DatabaseSecret");
        let made = template.all("AWS::SecretsManager::Secret").get(&*secret).copied().cloned();
        if !template.environment_of(&folder).contains("DATABASE_URL") {
            assert_eq!((rights, made), (BTreeSet::new(), None), "{folder}");
            assert!(
                template.all(FUNCTION)[&*id]["ReservedConcurrentExecutions"].is_null(),
                "{id} protects no database"
            );
            continue;
        }
        let Some(role) = known.iter().find(|role| role.name() == name) else { continue };
        roles += 1;
        let created = format!("{CREATED_USERS}/{}", role.name());
        let own = [
            ("secretsmanager:GetSecretValue", secret.clone()),
            ("rds-db:connect", format!("${{DatabaseResourceArn}}/{}", role.name())),
            ("rds-db:connect", created),
        ];
        assert_eq!(rights, own.map(|(action, on)| (action.to_owned(), on)).into(), "{folder}");
        let generated = &made.unwrap_or_else(|| panic!("{secret} is missing"))["GenerateSecretString"];
        assert_eq!(generated["SecretStringTemplate"], format!(r#"{{"username":"{name}"}}"#));
        assert_eq!(template.at(&format!("/Resources/{secret}/Condition")), "HasDatabaseSecret");
        let variable = template.at(&format!("/Resources/{id}/Properties/Environment/Variables/DATABASE_SECRET_ARN"));
        assert_eq!(
            variable,
            &serde_json::json!({ "Fn::If": ["HasDatabaseSecret", { "Ref": secret }, ""] }),
            "{folder}"
        );
    }
    assert_eq!(roles, known.len());
    let arns = template.at("/Resources/MigrateFunction/Properties/Environment/Variables/DATABASE_ROLE_SECRET_ARNS");
    let handed: BTreeSet<_> = list(&arns["Fn::If"][1]["Fn::Join"][1]).into_iter().filter_map(target).collect();
    let secrets = template.all("AWS::SecretsManager::Secret");
    assert_eq!(handed, secrets.into_keys().filter(|id| id.ends_with("DatabaseSecret")).collect());
}

#[test]
fn no_secret_is_a_parameter_or_a_variable_and_the_key_of_addresses_outlives_everything() {
    let template = template();
    for (name, parameter) in template.at("/Parameters").as_object().into_iter().flatten() {
        assert!(
            parameter["NoEcho"].is_null(),
            "{name}: a secret belongs into AppSecret, where no upgrade asks for it again"
        );
    }
    for folder in testkit::template::function_folders().unwrap() {
        let names = template.environment_of(&folder);
        let secret =
            names.iter().find(|name| ["_KEY", "_PASSWORD", "_TOKEN", "_SECRET"].iter().any(|end| name.ends_with(end)));
        assert_eq!(secret, None, "{folder}");
    }
    // CloudFormation writes a new value whenever one of these lines changes.
    let generated = serde_json::json!({
        "SecretStringTemplate": "{}", "GenerateStringKey": "address_hash_key_1", "PasswordLength": 64, "ExcludePunctuation": true
    });
    assert_eq!(template.all("AWS::SecretsManager::Secret")["AppSecret"]["GenerateSecretString"], generated);
}

#[test]
fn a_queue_url_in_the_environment_comes_with_the_right_to_send() {
    let template = template();
    for (id, function) in template.all(FUNCTION) {
        let variables = function.pointer("/Environment/Variables").and_then(Value::as_object);
        let urls = variables.into_iter().flat_map(Map::iter).filter(|(name, _)| name.ends_with("_QUEUE_URL"));
        let wanted: BTreeSet<_> = urls.filter_map(|(_, value)| target(value)).collect();
        let own = of_role(&template, &id.replace("Function", "Role")).into_iter();
        let sends =
            own.filter(|statement| statement["Sid"] == "WakeConsumers" || statement["Sid"] == "KeepDeadLetters");
        let may: BTreeSet<_> = sends.flat_map(|statement| list(&statement["Resource"])).filter_map(target).collect();
        assert_eq!(may, wanted, "{id}");
    }
}
