//! What send-alerts reads from its environment.

use std::collections::BTreeSet;
use std::time::Duration;

use outbound::SecureUrl;
use platform::Variables;
use store::Role;

use crate::signature::SigningKey;
use crate::webhook::{Channel, Webhook, Webhooks};

/// Where each kind of webhook is looked for.
const WEBHOOKS: [(Channel, &str); 3] =
    [(Channel::Slack, "ALERT_SLACK_URL"), (Channel::Discord, "ALERT_DISCORD_URL"), (Channel::Json, "ALERT_JSON_URL")];

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the pending alerts are.
    pub database: store::Settings,
    /// Whom to tell. May be nobody: findings are then only listed.
    pub webhooks: Webhooks,
    /// Where messages go that no try will help.
    pub dead_letter_queue_url: String,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::SendAlerts, lookup));
        let call_timeout = variables.number("ALERT_TIMEOUT_MS", 50..=5_000).map(Duration::from_millis);
        let dead_letter_queue_url = variables.required("DEAD_LETTER_QUEUE_URL");
        let hosts = variables.optional("ALERT_HOSTS").unwrap_or_default();
        let hosts: BTreeSet<&str> = hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).collect();
        let webhooks: Vec<_> =
            WEBHOOKS.into_iter().map(|(channel, name)| webhook(variables, channel, name, &hosts)).collect();
        let key = variables.optional("ALERT_SIGNING_KEY").is_some();
        let wanted = webhooks.iter().any(|webhook| !matches!(webhook, Some(None)));
        let key = if key || wanted { Some(variables.parsed::<SigningKey>("ALERT_SIGNING_KEY")?) } else { None };
        let webhooks = webhooks.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
        let webhooks = Webhooks::new(webhooks, key, call_timeout?);
        Some(Self { database: database?, webhooks, dead_letter_queue_url: dead_letter_queue_url? })
    }
}

/// Reads one webhook: `Some(None)` when it is not wanted, `None` when it cannot be used.
fn webhook(
    variables: &mut Variables<'_>,
    channel: Channel,
    name: &'static str,
    hosts: &BTreeSet<&str>,
) -> Option<Option<Webhook>> {
    if variables.optional(name).is_none() {
        return Some(None);
    }
    let url: SecureUrl = variables.parsed(name)?;
    // The list is the second key of a two-key lock: who can change one address alone cannot send findings elsewhere.
    if !hosts.contains(url.host()) {
        return variables.refuse(name, "must be on a host that ALERT_HOSTS lists");
    }
    Some(Some(Webhook { channel, url }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: (&str, &str) = ("ALERT_SIGNING_KEY", "0123456789abcdef0123456789abcdef");

    fn read(given: &[(&str, &str)]) -> Result<Settings, String> {
        let fixed = [
            ("DATABASE_URL", "postgres://u@127.0.0.1/d?sslmode=disable"),
            ("ALERT_TIMEOUT_MS", "2000"),
            ("DEAD_LETTER_QUEUE_URL", "https://sqs.example/1/alerts-dlq"),
            ("ALERT_HOSTS", "hooks.slack.com, discord.com,127.0.0.1"),
        ];
        let lookup = |name: &str| {
            let found = given.iter().chain(&fixed).find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Variables::new(&lookup).finish(Settings::read).map_err(|error| error.to_string())
    }

    #[test]
    fn webhooks_are_optional_and_go_to_listed_hosts_only() {
        assert!(read(&[]).unwrap().webhooks.is_empty());
        let slack = ("ALERT_SLACK_URL", "https://hooks.slack.com/services/s3cret");
        assert!(!read(&[slack, KEY]).unwrap().webhooks.is_empty());
        assert!(read(&[("ALERT_JSON_URL", "http://127.0.0.1:9/x"), KEY]).is_ok());
        for elsewhere in [
            "https://hooks.slack.com.evil.example/s3cret",
            "https://evil.example/s3cret",
            "https://169.254.169.254/s3cret",
            "https://[::1]/s3cret",
        ] {
            let refused = read(&[("ALERT_SLACK_URL", elsewhere), KEY]).unwrap_err();
            assert!(refused.contains("ALERT_SLACK_URL must be on a host that ALERT_HOSTS lists"), "{refused}");
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn a_webhook_needs_https_and_a_key() {
        let plain = read(&[("ALERT_DISCORD_URL", "http://discord.com/s3cret"), KEY]).unwrap_err();
        assert!(plain.contains("ALERT_DISCORD_URL is malformed: must begin with https://"), "{plain}");
        let unsigned = read(&[("ALERT_DISCORD_URL", "https://discord.com/s3cret")]).unwrap_err();
        assert!(unsigned.contains("ALERT_SIGNING_KEY is missing"), "{unsigned}");
        let weak = read(&[("ALERT_SIGNING_KEY", "s3cret")]).unwrap_err();
        assert!(weak.contains("at least 32 bytes") && !weak.contains("s3cret"), "{weak}");
    }
}
