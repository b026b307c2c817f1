//! What an empty account gets: network, database, domain, edge, dashboard, queries; and what holds for all of the template.

use std::collections::BTreeSet;

use platform::Metric;
use serde_json::{Value, json};
use testkit::template::{FUNCTION, Template, function_folders, logical_id, repository, target};

use super::template;

/// CloudFormation's limits: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const RESOURCES_MAX: usize = 500;
const PARAMETERS_MAX: usize = 200;
const BYTES_MAX: u64 = 1_000_000;

fn resources(template: &Template) -> impl Iterator<Item = (&String, &Value)> {
    template.at("/Resources").as_object().expect("resources").iter()
}

#[test]
fn the_template_stays_within_the_limits_of_cloudformation() {
    let template = template();
    // SAM adds a permission, a mapping or a schedule to each event of a function.
    let functions = template.all(FUNCTION).into_values();
    let added: usize =
        functions.map(|function| function["Events"].as_object().map_or(0, |events| 2 * events.len())).sum();
    assert!(resources(&template).count() + added < RESOURCES_MAX);
    assert!(template.at("/Parameters").as_object().expect("parameters").len() < PARAMETERS_MAX);
    assert!(std::fs::metadata(repository().join("template.yaml")).unwrap().len() < BYTES_MAX);
}

#[test]
fn every_parameter_is_used_and_offered_in_a_group_of_the_console() {
    let text = std::fs::read_to_string(repository().join("template.yaml")).unwrap();
    let (_, below) = text.split_once("\nRules:\n").expect("rules");
    let template = template();
    let groups = template.at("/Metadata/AWS::CloudFormation::Interface/ParameterGroups").as_array().expect("groups");
    let offered: Vec<_> = groups.iter().flat_map(|group| group["Parameters"].as_array().expect("names")).collect();
    let names = template.at("/Parameters").as_object().expect("parameters");
    for name in names.keys() {
        // In a loop over the queues a name is put together.
        let used = [format!("!Ref {name}"), format!("${{{name}}}")].iter().any(|form| below.contains(form));
        assert!(used || name.ends_with("VisibilitySeconds"), "{name} is used nowhere");
        assert_eq!(offered.iter().filter(|other| **other == name).count(), 1, "{name} in the groups");
    }
    assert_eq!(offered.len(), names.len());
}

/// The conditions of everything that an existing database, or no domain, does without.
fn kinds_of(template: &Template, condition: &str) -> BTreeSet<String> {
    let wanted = resources(template).filter(|(_, resource)| resource["Condition"] == condition);
    wanted.filter_map(|(_, resource)| Some(resource["Type"].as_str()?.to_owned())).collect()
}

#[test]
fn a_database_of_the_shop_keeps_the_template_from_creating_network_and_database() {
    let template = template();
    let created = ["CreateDatabase", "CreateSmallDatabase", "CreateAurora", "CreateNat", "CreateInterfaceEndpoints"];
    for (id, resource) in resources(&template) {
        let kind = resource["Type"].as_str().unwrap_or_default();
        if kind.starts_with("AWS::EC2::") || kind.starts_with("AWS::RDS::") {
            let condition = resource["Condition"].as_str().unwrap_or_default();
            assert!(created.contains(&condition), "{id} is created always");
        }
    }
    let given = json!({ "Fn::Equals": [{ "Ref": "DatabaseUrl" }, ""] });
    assert_eq!(template.at("/Conditions/CreateDatabase/Fn::And/0"), &given);
    for condition in &created[1..] {
        let first = &template.at(&format!("/Conditions/{condition}"))["Fn::And"][0];
        assert_eq!(first, &json!({ "Fn::Condition": "CreateDatabase" }), "{condition}");
    }
    // What costs by the hour and is not needed by most is off.
    assert!(kinds_of(&template, "CreateNat").contains("AWS::EC2::NatGateway"));
    assert_eq!(
        (template.at("/Parameters/Nat/Default"), template.at("/Parameters/InterfaceEndpoints/Default")),
        (&json!("false"), &json!("false"))
    );
}

#[test]
fn a_created_database_is_private_encrypted_backed_up_and_not_deleted_by_mistake() {
    let template = template();
    let small = ("SmallDatabase", template.all("AWS::RDS::DBInstance")["SmallDatabase"]);
    let aurora = ("AuroraCluster", template.all("AWS::RDS::DBCluster")["AuroraCluster"]);
    for (id, database) in [small, aurora] {
        assert_eq!(database["StorageEncrypted"], true, "{id}");
        assert_eq!(database["EnableIAMDatabaseAuthentication"], true, "{id}");
        assert_eq!(database["ManageMasterUserPassword"], true, "{id}");
        assert!(database.get("MasterUserPassword").is_none(), "{id}");
        assert_eq!(target(&database["DeletionProtection"]), Some("DatabaseDeletionProtection"), "{id}");
        assert_eq!(target(&database["BackupRetentionPeriod"]), Some("DatabaseBackupDays"), "{id}");
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            assert_eq!(template.at(&format!("/Resources/{id}/{policy}")), "Snapshot", "{id}");
        }
    }
    assert_eq!(template.at("/Parameters/DatabaseDeletionProtection/Default"), "true");
    for (id, instance) in template.all("AWS::RDS::DBInstance") {
        assert_eq!(instance["PubliclyAccessible"], false, "{id}");
    }
    // Only the functions get in, by one port.
    let ingress = &template.all("AWS::EC2::SecurityGroup")["DatabaseSecurityGroup"]["SecurityGroupIngress"];
    assert_eq!(ingress.as_array().map(Vec::len), Some(1));
    assert_eq!(target(&ingress[0]["SourceSecurityGroupId"]), Some("FunctionsSecurityGroup"));
    assert!(template.all("AWS::EC2::SecurityGroup")["FunctionsSecurityGroup"].get("SecurityGroupIngress").is_none());
}

#[test]
fn with_the_edge_nobody_reaches_the_api_but_by_the_secret_path() {
    let template = template();
    let api = template.all("AWS::ApiGatewayV2::Api")["Api"];
    assert_eq!(api["DisableExecuteApiEndpoint"]["Fn::If"][0], "HasEdge");
    assert_eq!(api["DisableExecuteApiEndpoint"]["Fn::If"][1], true);
    let path = "{{resolve:secretsmanager:${EdgeSecret}:SecretString:path}}";
    let mappings = template.all("AWS::ApiGatewayV2::ApiMapping");
    assert_eq!(mappings.len(), 1, "another mapping would be another way in");
    let key = &mappings["ApiDomainMapping"]["ApiMappingKey"]["Fn::If"];
    assert_eq!((&key[0], &key[1]["Fn::Sub"]), (&json!("HasEdge"), &json!(path)));
    let distribution = &template.all("AWS::CloudFront::Distribution")["EdgeDistribution"]["DistributionConfig"];
    assert_eq!(distribution["Origins"][0]["OriginPath"]["Fn::Sub"], format!("/{path}"));
    assert!(distribution.get("WebACLId").is_some());
    // With the web ACL comes the address of the viewer, which limits guests by network.
    let variable =
        template.at("/Resources/RecordInteractionsFunction/Properties/Environment/Variables/IS_BEHIND_CLOUDFRONT");
    assert_eq!(target(variable), Some("Edge"));
    let headers = &template.all("AWS::CloudFront::OriginRequestPolicy")["EdgeOriginRequest"]["OriginRequestPolicyConfig"]
        ["HeadersConfig"];
    assert_eq!(headers["Headers"], json!(["CloudFront-Viewer-Address"]));
    let outputs = template.at("/Outputs").to_string();
    assert!(!outputs.contains("EdgeSecret"), "whoever may read the stack could go around the edge");
}

#[test]
fn where_code_must_be_signed_it_must_be_of_every_function() {
    let template = template();
    let wanted = json!({ "Fn::If": ["HasCodeSigning", { "Ref": "CodeSigningConfig" }, { "Ref": "AWS::NoValue" }] });
    for (id, function) in template.all(FUNCTION) {
        assert_eq!(function["CodeSigningConfigArn"], wanted, "{id}");
    }
    let config = template.all("AWS::Lambda::CodeSigningConfig")["CodeSigningConfig"];
    assert_eq!(config["CodeSigningPolicies"]["UntrustedArtifactOnDeployment"], "Enforce");
}

/// The widgets of the dashboard, once for each kind of database.
fn dashboards(template: &Template) -> [Vec<Value>; 3] {
    let body = &template.all("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"];
    let given = |name: &str| body[1][name]["Fn::Sub"].as_str().expect("a text");
    let text =
        ["OtherFunctions", "OtherLogs"].iter().fold(body[0].as_str().expect("a text").to_owned(), |text, name| {
            text.replace(&format!("${{{name}}}"), given(name))
        });
    let small = &body[1]["Database"]["Fn::If"];
    let databases = [&small[1]["Fn::Sub"], &small[2]["Fn::If"][1]["Fn::Sub"], &small[2]["Fn::If"][2]];
    databases.map(|database| {
        let text = text.replace("${Database}", database.as_str().expect("a text"));
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        body["widgets"].as_array().expect("widgets").clone()
    })
}

/// The metrics of a widget, with what "..." stands for: as many parts of the metric before as the others leave room for.
fn written_out(widget: &Value) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = Vec::new();
    for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
        let parts: Vec<_> = metric.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        all.push(match (parts.split_first(), all.last()) {
            (Some((&"...", own)), Some(before)) => [&before[..before.len() - own.len()], own].concat(),
            _ => parts,
        });
    }
    all
}

#[test]
fn the_dashboard_shows_every_function_queue_and_only_metrics_that_are_written() {
    let template = template();
    let known: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
    for widgets in dashboards(&template) {
        let metrics: Vec<_> = widgets.iter().flat_map(written_out).collect();
        for metric in &metrics {
            assert!(metric[0] != "${AWS::StackName}" || known.contains(metric[1]), "{metric:?}");
        }
        let shown = |namespace: &str, name: &str| -> BTreeSet<&str> {
            metrics
                .iter()
                .filter(|metric| metric[0] == namespace && metric[1] == name)
                .map(|metric| metric[3])
                .collect()
        };
        let functions: BTreeSet<_> =
            function_folders().unwrap().into_iter().map(|folder| format!("${{AWS::StackName}}-{folder}")).collect();
        for name in ["Errors", "Throttles", "Duration", "Invocations", "ConcurrentExecutions"] {
            assert_eq!(shown("AWS/Lambda", name), functions.iter().map(String::as_str).collect(), "{name}");
        }
        let logs: BTreeSet<_> = functions.iter().map(|name| format!("/aws/lambda/{name}")).collect();
        assert!(logs.iter().all(|name| shown("AWS/Logs", "IncomingBytes").contains(name.as_str())), "{logs:?}");
        let names = template.all("AWS::SQS::Queue").into_keys().map(|id| format!("${{{id}.QueueName}}"));
        let (dead, alive): (BTreeSet<String>, BTreeSet<String>) = names.partition(|name| name.contains("Dlq"));
        assert_eq!(shown("AWS/SQS", "ApproximateNumberOfMessagesVisible"), dead.iter().map(String::as_str).collect());
        assert_eq!(shown("AWS/SQS", "ApproximateAgeOfOldestMessage"), alive.iter().map(String::as_str).collect());
        assert_eq!(shown("${AWS::StackName}", "PendingOldestAge").len(), 3);
    }
}

#[test]
fn widgets_do_not_overlap() {
    let mut taken = BTreeSet::new();
    for widget in &dashboards(&template())[0] {
        let number = |name: &str| widget[name].as_u64().expect("a number");
        for x in number("x")..number("x") + number("width") {
            assert!(x < 24, "{widget}");
            for y in number("y")..number("y") + number("height") {
                assert!(taken.insert((x, y)), "{widget}");
            }
        }
    }
}

#[test]
fn saved_queries_read_logs_of_this_stack_and_the_runbook_names_each() {
    let template = template();
    let runbook = std::fs::read_to_string(repository().join("docs/RUNBOOK.md")).unwrap();
    let queries = template.all("AWS::Logs::QueryDefinition");
    assert!(queries.len() > 5, "{queries:?}");
    let groups = template.all("AWS::Logs::LogGroup");
    for (id, query) in &queries {
        let name = query["Name"]["Fn::Sub"].as_str().and_then(|name| name.strip_prefix("${AWS::StackName}/"));
        assert!(runbook.contains(&format!("`{}`", name.expect("the stack's name"))), "{id}");
        for group in query["LogGroupNames"].as_array().expect("groups") {
            assert!(target(group).is_some_and(|group| groups.contains_key(group)), "{id}: {group}");
        }
    }
    let searched = queries["ErrorsQuery"]["LogGroupNames"].as_array().expect("groups");
    let searched: BTreeSet<_> = searched.iter().filter_map(target).map(str::to_owned).collect();
    let logs =
        function_folders().unwrap().into_iter().map(|folder| logical_id(&folder).replace("Function", "LogGroup"));
    assert_eq!(searched, logs.collect(), "an error of any function is found");
}

#[test]
fn an_entry_of_the_runbook_that_asks_for_a_parameter_names_one_of_the_template() {
    let template = template();
    let runbook = std::fs::read_to_string(repository().join("docs/RUNBOOK.md")).unwrap();
    let set: Vec<_> = runbook.split("--set ").skip(1).filter_map(|rest| rest.split_once('=')).collect();
    assert!(!set.is_empty());
    for (name, _) in set {
        assert!(!template.at(&format!("/Parameters/{name}")).is_null(), "{name}");
    }
}
