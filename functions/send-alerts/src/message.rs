//! The message about a finding for each kind of webhook.
//!
//! Ids come from the shop's systems and may contain anything. In a chat they are quoted and truncated, and can neither
//! mention people nor link to anything.

use serde_json::{Value, json};
use store::finding::Stored;

use crate::channel::Channel;

/// The maximum number of characters of an id in a chat.
const ID_MAX_CHARS: usize = 80;

/// Writes the body for a webhook.
pub(crate) fn body(channel: Channel, finding: &Stored) -> String {
    let evidence: Value = serde_json::from_str(&finding.evidence).expect("a jsonb column holds JSON");
    let body = match channel {
        Channel::Slack => json!({ "text": text(finding, &evidence, escaped) }),
        // An empty list of mentions to parse: nothing in the text can mention anyone.
        Channel::Discord => {
            json!({ "content": text(finding, &evidence, str::to_owned), "allowed_mentions": { "parse": [] } })
        }
        Channel::Json => json!({
            "id": finding.id.0,
            "rule": finding.rule.as_str(),
            "subject": finding.subject,
            "window": finding.window,
            "evidence": evidence,
            "date_created": finding.date_created,
        }),
    };
    body.to_string()
}

fn text(finding: &Stored, evidence: &Value, escape: fn(&str) -> String) -> String {
    let quoted = |id: &str| {
        let plain = |character: &char| !character.is_control() && *character != '`';
        format!("`{}`", escape(&id.chars().filter(plain).take(ID_MAX_CHARS).collect::<String>()))
    };
    let (of, at) = (|name: &str| &evidence[name], |value: &Value| value.as_str().unwrap_or("?").to_owned());
    let phrase = finding.rule.phrase();
    // The evidence is about one order, the points of a product, or a number of orders or products.
    let order = of("order");
    let (what, when) = if let Some(points) = evidence.get("points") {
        let (share, actors) = (of("share").as_f64().unwrap_or_default(), of("actor_count"));
        let strongest = of("strongest").as_array().map_or(0, Vec::len);
        let what = format!("{:.0} % of {points} points {phrase}: {strongest} of {actors}", share * 100.0);
        (what, format!("from {} to {}", at(of("from")), at(of("to"))))
    } else if order.is_null() {
        let count = evidence.get("order_count").unwrap_or(of("product_count"));
        (format!("{count} {phrase}"), format!("from {} to {}", at(of("from")), at(of("to"))))
    } else {
        let id = quoted(order["order_id"].as_str().unwrap_or("?"));
        let (amount, currency) = (&order["amount_minor"], order["currency"].as_str().unwrap_or("?"));
        let what = format!("order {id} of {amount} minor units of {currency}, {phrase} {}", of("limit_minor"));
        (what, format!("placed at {}", at(&order["placed_at"])))
    };
    format!("Shopsignal {}: {}: {what}, {when} (finding {})", finding.rule, quoted(&finding.subject), finding.id)
}

/// Removes Slack's control characters: <https://api.slack.com/reference/surfaces/formatting#escaping>.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use domain::fraud::{FindingId, Rule};
    use uuid::Uuid;

    use super::*;

    fn finding(rule: Rule, subject: &str, evidence: &Value) -> Stored {
        let found: jiff::Timestamp = "2026-11-20T10:00:01.5Z".parse().unwrap();
        Stored {
            id: FindingId(Uuid::from_u128(7)),
            rule,
            subject: subject.to_owned(),
            window: "2026-11-20T10".to_owned(),
            evidence: evidence.to_string(),
            historical: false,
            date_created: found,
            date_updated: found,
        }
    }

    #[test]
    fn each_webhook_gets_its_own_form() {
        let evidence = json!({ "order_count": 6, "from": "2026-11-20T09:59:30Z", "to": "2026-11-20T10:00:10Z" });
        let burst = finding(Rule::OrderBurst, "customer:c-1", &evidence);
        insta::assert_snapshot!(body(Channel::Slack, &burst), @r#"{"text":"Shopsignal order_burst: `customer:c-1`: 6 orders within a short time, from 2026-11-20T09:59:30Z to 2026-11-20T10:00:10Z (finding 00000000-0000-0000-0000-000000000007)"}"#);
        insta::assert_snapshot!(body(Channel::Discord, &burst), @r#"{"allowed_mentions":{"parse":[]},"content":"Shopsignal order_burst: `customer:c-1`: 6 orders within a short time, from 2026-11-20T09:59:30Z to 2026-11-20T10:00:10Z (finding 00000000-0000-0000-0000-000000000007)"}"#);
        insta::assert_snapshot!(body(Channel::Json, &burst), @r#"{"date_created":"2026-11-20T10:00:01.5Z","evidence":{"from":"2026-11-20T09:59:30Z","order_count":6,"to":"2026-11-20T10:00:10Z"},"id":"00000000-0000-0000-0000-000000000007","rule":"order_burst","subject":"customer:c-1","window":"2026-11-20T10"}"#);
        let evidence = json!({
            "order": { "order_id": "o-1", "placed_at": "2026-11-20T10:00:00Z", "currency": "EUR", "amount_minor": 200_000 },
            "limit_minor": 100_000,
        });
        insta::assert_snapshot!(body(Channel::Slack, &finding(Rule::LargeOrder, "customer:c-1", &evidence)), @r#"{"text":"Shopsignal large_order: `customer:c-1`: order `o-1` of 200000 minor units of EUR, above 100000, placed at 2026-11-20T10:00:00Z (finding 00000000-0000-0000-0000-000000000007)"}"#);
    }

    #[test]
    fn a_push_is_told_by_its_share() {
        let evidence = json!({
            "points": 27.5, "share": 0.92, "actor_count": 5, "from": "2026-11-19T10:00:00Z", "to": "2026-11-20T10:00:10Z",
            "strongest": [{ "kind": "network", "points": 20.3 }, { "kind": "shopper", "points": 5.0 }],
        });
        let push = finding(Rule::PopularityPush, "product:p-1", &evidence);
        insta::assert_snapshot!(body(Channel::Slack, &push), @r#"{"text":"Shopsignal popularity_push: `product:p-1`: 92 % of 27.5 points from few actors: 2 of 5, from 2026-11-19T10:00:00Z to 2026-11-20T10:00:10Z (finding 00000000-0000-0000-0000-000000000007)"}"#);
    }

    #[test]
    fn an_id_cannot_call_people_or_end_its_quotation() {
        let evil = format!("customer:`@everyone` <!channel> & \u{1b}[2J{}", "x".repeat(9_000));
        let burst = finding(Rule::OrderBurst, &evil, &json!({}));
        let slack: Value = serde_json::from_str(&body(Channel::Slack, &burst)).unwrap();
        let text = slack["text"].as_str().unwrap();
        assert!(!text.contains("<!") && !text.contains('\u{1b}') && text.len() < 400, "{text}");
        assert_eq!(text.matches('`').count(), 2, "{text}");
        let discord: Value = serde_json::from_str(&body(Channel::Discord, &burst)).unwrap();
        assert_eq!(discord["allowed_mentions"], json!({ "parse": [] }));
    }
}
