//! What a person needs to know of a stage: its addresses, what to do next, what stays behind.

use shopsignal::say;

use crate::sam::Outputs;
use crate::stage::Stage;

/// The outputs to show, in this order; those that a stack has.
const SHOWN: [(&str, &str); 9] = [
    ("bucket of pages", "WebBucketName"),
    ("issuer", "JwtIssuerUrl"),
    ("user pool", "UserPoolId"),
    ("client of shoppers", "ShopperClientId"),
    ("client of services", "TrustedProducerClientId"),
    ("token address", "TokenUrl"),
    ("event bus", "EventBusName"),
    ("secret", "AppSecretArn"),
    ("database", "DatabaseAddress"),
];

/// Prints the addresses and the next steps after a deployment.
pub(crate) fn print(stage: &Stage, outputs: &Outputs, api: &str, has_changed: bool) {
    let what = if has_changed { "deployed" } else { "already up to date, nothing was changed" };
    say::line(format_args!("\n{} in {}: {what}", stage.stack_name, stage.region.as_deref().unwrap_or_default()));
    say::line(format_args!("  {:<20}{api}", "API"));
    if outputs.find("WebBucketName").is_some() {
        let site = outputs.find("ApiUrl").unwrap_or_default();
        say::line(format_args!("  {:<20}{site}/dashboard/, {site}/shop/", "pages"));
    }
    for (label, name) in SHOWN {
        if let Some(value) = outputs.find(name) {
            say::line(format_args!("  {label:<20}{value}"));
        }
    }
    say::line("\nnext:");
    if let Some(pool) = outputs.find("UserPoolId") {
        say::line(format_args!(
            "  a person      aws cognito-idp admin-create-user --user-pool-id {pool} --username ..."
        ));
    }
    if let Some(secret) = outputs.find("AppSecretArn") {
        say::line(format_args!("  alerts        APP_SECRET_ARN={secret} shopsignal secret set alert_slack_url"));
    }
    let is_set = |name: &str| stage.parameters.get(name).is_some_and(|value| !value.is_empty());
    if !is_set("AlarmTopicArn") && !is_set("AlarmEmail") {
        say::line("  alarms        nobody is notified yet: the same command with --set AlarmEmail=you@example.com");
    }
    say::line("  upgrade       the same command again; parameters are kept");
    say::line(format_args!("  parameters    {}", stage.path().display()));
}

/// Prints what a deleted stack leaves behind, and how that is removed.
pub(crate) fn print_remains(stage: &Stage, outputs: &Outputs) {
    say::line(format_args!(
        "\n{} is deleted. What people would miss stays, and costs little or nothing:",
        stage.stack_name
    ));
    let region = stage.region.as_deref().unwrap_or_default();
    let remains = [
        ("UserPoolId", "aws cognito-idp delete-user-pool --user-pool-id"),
        ("CatalogTableName", "aws dynamodb delete-table --table-name"),
        ("AppSecretArn", "aws secretsmanager delete-secret --secret-id"),
    ];
    for (name, command) in remains {
        if let Some(value) = outputs.find(name) {
            say::line(format_args!("  {command} {value} --region {region}"));
        }
    }
    if outputs.find("DatabaseAddress").is_some() {
        say::line(format_args!("  the last snapshot of the database: aws rds describe-db-snapshots --region {region}"));
        say::line("    (of Aurora: describe-db-cluster-snapshots)");
    } else {
        say::line("  the database, with its roles: DROP DATABASE and DROP ROLE as its master user");
    }
    say::line("  the stack aws-sam-cli-managed-default with SAM's bucket, which all stages of the region share");
}
