//! The webhooks, from the application's secret.
//!
//! The addresses are in the secret because anyone who has one can post there. The list of hosts is not: someone who can
//! change only one of the two cannot redirect findings elsewhere.

use outbound::SecureUrl;
use platform::{Secret, SecretSource, SecretValues};

use crate::channel::Channel;
use crate::settings::Limits;
use crate::signature::{SigningKey, SigningKeys};
use crate::webhook::{Webhook, Webhooks};

/// The name of each kind of webhook in the secret.
const WEBHOOKS: [(Channel, &str); 3] =
    [(Channel::Slack, "alert_slack_url"), (Channel::Discord, "alert_discord_url"), (Channel::Json, "alert_json_url")];
/// The name of the keys, before their version.
const KEY: &str = "alert_signing_key";

/// Creates the webhooks from the secret. There may be none: findings are then only listed.
#[must_use]
pub fn webhooks(source: SecretSource, limits: Limits) -> Secret<Webhooks> {
    Secret::new(source, move |values| read(values, &limits))
}

fn read(values: &SecretValues, limits: &Limits) -> Result<Webhooks, String> {
    let mut webhooks = Vec::new();
    for (channel, name) in WEBHOOKS {
        let Some(address) = values.get(name) else { continue };
        let url = read_address(name, address, limits);
        // One that is mistyped keeps its own alerts waiting, and those of no other.
        webhooks.push(Webhook { channel, url: url.inspect_err(|rule| tracing::error!("{rule}")).ok() });
    }
    let key = |(version, text): (u32, &str)| {
        let key: SigningKey = text.parse().map_err(|rule| format!("{KEY}_{version} {rule}"))?;
        Ok((version, key))
    };
    let keys: Vec<_> = values.versions(KEY).into_iter().map(key).collect::<Result<_, String>>()?;
    if keys.is_empty() && !webhooks.is_empty() {
        return Err(format!("{KEY}_1 is missing: invoke migrate"));
    }
    Ok(Webhooks::new(webhooks, SigningKeys::new(keys), limits.call_timeout))
}

fn read_address(name: &str, address: &str, limits: &Limits) -> Result<SecureUrl, String> {
    let url: SecureUrl = address.parse().map_err(|rule| format!("{name} is malformed: {rule}"))?;
    if !limits.hosts.contains(url.host()) {
        return Err(format!("{name} must be on a host that ALERT_HOSTS lists"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SIGNED: (&str, &str) = ("alert_signing_key_1", "0123456789abcdef0123456789abcdef");

    fn read_from(given: &[(&str, &str)]) -> Result<Webhooks, String> {
        let mut values = SecretValues::default();
        for (name, text) in given {
            values.set(name, text);
        }
        read(&values, &limits())
    }

    fn limits() -> Limits {
        let hosts = ["hooks.slack.com", "discord.com", "127.0.0.1"].map(str::to_owned).into();
        Limits { hosts, call_timeout: Duration::from_secs(1) }
    }

    #[test]
    fn webhooks_are_optional_and_go_to_listed_hosts_only() {
        assert!(read_from(&[]).unwrap().is_empty());
        assert!(read_from(&[SIGNED]).unwrap().is_empty());
        let slack = ("alert_slack_url", "https://hooks.slack.com/services/s3cret");
        assert!(!read_from(&[slack, SIGNED]).unwrap().is_empty());
        assert!(read_from(&[("alert_json_url", "http://127.0.0.1:9/x"), SIGNED]).is_ok());
        for elsewhere in [
            "https://hooks.slack.com.evil.example/s3cret",
            "https://evil.example/s3cret",
            "https://169.254.169.254/s3cret",
            "https://[::1]/s3cret",
        ] {
            let refused = read_address("alert_slack_url", elsewhere, &limits()).unwrap_err();
            assert_eq!(refused, "alert_slack_url must be on a host that ALERT_HOSTS lists");
            assert!(read_from(&[("alert_slack_url", elsewhere), SIGNED]).is_ok(), "the others go on");
        }
    }

    #[test]
    fn a_webhook_needs_https_and_a_key() {
        let plain = read_address("alert_discord_url", "http://discord.com/s3cret", &limits()).unwrap_err();
        assert!(plain.contains("alert_discord_url is malformed: must begin with https://"), "{plain}");
        assert!(!plain.contains("s3cret"), "{plain}");
        let unsigned = read_from(&[("alert_discord_url", "https://discord.com/s3cret")]).unwrap_err();
        assert_eq!(unsigned, "alert_signing_key_1 is missing: invoke migrate");
        let weak = read_from(&[("alert_signing_key_2", "s3cret")]).unwrap_err();
        assert_eq!(weak, "alert_signing_key_2 must have at least 32 bytes");
    }
}
