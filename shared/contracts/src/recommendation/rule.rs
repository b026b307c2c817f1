//! The rules about recommendations, as admins write and read them.

use domain::recommendation::{NewRule, Placement, RuleAction, RuleTarget};
use domain::{canonical_id, is_id};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::wrong;
use crate::body::{self, Limits};
use crate::{RequestError, field, personal};

/// The longest reason, in characters.
pub const RULE_REASON_MAX_CHARS: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow, default)]
    action: Option<&'a RawValue>,
    #[serde(borrow, default)]
    target: Option<&'a RawValue>,
    #[serde(borrow, default)]
    target_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    placement: Option<&'a RawValue>,
    #[serde(borrow, default)]
    position: Option<&'a RawValue>,
    #[serde(borrow, default)]
    factor: Option<&'a RawValue>,
    #[serde(borrow, default)]
    starts_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ends_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reason: Option<&'a RawValue>,
}

/// Reads a rule to add.
///
/// # Errors
/// The field and its rule.
pub fn read_rule(body: &[u8], now: Timestamp) -> Result<NewRule, RequestError> {
    let body: Body<'_> = body::object(body, Limits::LIVE)?;
    let number = |name: &str, raw: Option<&RawValue>| {
        let read = |raw: &RawValue| {
            serde_json::from_str::<f64>(raw.get()).map_err(|_| wrong(format!("{name}: must be a number")))
        };
        raw.map(read).transpose()
    };
    let (position, factor) = (number("position", body.position)?, number("factor", body.factor)?);
    // What is no whole number is out of range.
    let position = position.map(|given| {
        (0..=domain::recommendation::RULE_POSITION_MAX).find(|at| f64::from(*at) == given).unwrap_or_default()
    });
    let action = RuleAction::read(&text("action", body.action)?, position, factor)
        .map_err(|invalid| wrong(invalid.to_string()))?;
    let target = choice("target", &text("target", body.target)?, &RuleTarget::ALL, RuleTarget::as_str)?;
    let placement = body
        .placement
        .map(|raw| choice("placement", &text("placement", Some(raw))?, &Placement::ALL, Placement::as_str));
    let rule = NewRule {
        action,
        target,
        target_id: target_id(body.target_id)?,
        placement: placement.transpose()?,
        starts_at: time("starts_at", body.starts_at)?.unwrap_or(now),
        ends_at: time("ends_at", body.ends_at)?,
        reason: reason(body.reason)?,
    };
    rule.check(now).map_err(|invalid| wrong(invalid.to_string()))
}

fn text(name: &str, raw: Option<&RawValue>) -> Result<String, RequestError> {
    field::required_text(name, raw).map_err(|rejection| wrong(rejection.message))
}

fn choice<T: Copy>(name: &str, text: &str, all: &[T], name_of: fn(T) -> &'static str) -> Result<T, RequestError> {
    all.iter().copied().find(|value| name_of(*value) == text).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|value| name_of(*value)).collect();
        wrong(format!("{name}: must be one of {}", names.join(", ")))
    })
}

fn target_id(raw: Option<&RawValue>) -> Result<String, RequestError> {
    let id = field::required_id("target_id", raw).map_err(|rejection| wrong(rejection.message))?;
    let id = canonical_id(&id);
    if is_id(&id) {
        impersonal("target_id", id.into_owned())
    } else {
        Err(wrong(format!("target_id: {}", domain::InvalidId)))
    }
}

/// Refuses an address or a card number: the row of a rule is kept for ever, and everybody who reads the list sees it.
fn impersonal(name: &str, text: String) -> Result<String, RequestError> {
    if personal::is_personal(&text) { Err(wrong(format!("{name}: {}", personal::RULE))) } else { Ok(text) }
}

fn time(name: &str, raw: Option<&RawValue>) -> Result<Option<Timestamp>, RequestError> {
    raw.map(|raw| field::time(name, raw).map_err(|rejection| wrong(rejection.message))).transpose()
}

fn reason(raw: Option<&RawValue>) -> Result<String, RequestError> {
    let reason = text("reason", raw)?;
    let reason = reason.trim();
    let fits = (1..=RULE_REASON_MAX_CHARS).contains(&reason.chars().count()) && !reason.chars().any(char::is_control);
    let rule = || wrong(format!("reason: must have 1 to {RULE_REASON_MAX_CHARS} characters and no control characters"));
    if fits { impersonal("reason", reason.to_owned()) } else { Err(rule()) }
}

/// A rule as admins see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RecommendationRule))]
pub struct ShownRule {
    /// Its number.
    pub id: i64,
    /// `pin`, `boost`, `bury` or `exclude`.
    pub action: &'static str,
    /// `product`, `category` or `seller`.
    pub target: &'static str,
    /// The id of that.
    pub target_id: String,
    /// Where it holds; null for everywhere.
    pub placement: Option<&'static str>,
    /// Where a pinned product is shown, from 1; null for the others.
    pub position: Option<u32>,
    /// What scores are multiplied by; null for the others.
    pub factor: Option<f64>,
    /// From when on, RFC 3339.
    pub starts_at: Timestamp,
    /// Until when; null for ever.
    pub ends_at: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// The subject of the token of the admin who added it.
    pub created_by: String,
    /// When.
    pub date_created: Timestamp,
}
