//! Reads one item of a request into a checked interaction.

use domain::{Caller, EventNames, EventType, NewInteraction, OutsideWindow, Reference};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{METADATA_GUEST_MAX_BYTES, METADATA_MAX_BYTES, Rejection, RejectionCode, field, metadata, personal};

/// Who sends, and when it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// From the verified token.
    pub caller: Caller,
    /// The server's time.
    pub arrival: Timestamp,
    /// The event names that it may use.
    pub names: &'a EventNames,
}

/// The longest session id, in characters.
pub const SESSION_ID_MAX_CHARS: usize = 128;

/// Checks an event time against the time of arrival.
pub(crate) type TimeRule = fn(Timestamp, Timestamp) -> Result<(), OutsideWindow>;

/// The fields of an item, each still raw: an error must name its field, and must not affect another item.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawItem<'a> {
    #[serde(borrow)]
    event_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event_type: Option<&'a RawValue>,
    #[serde(borrow)]
    ref_type: Option<&'a RawValue>,
    #[serde(borrow)]
    ref_id: Option<&'a RawValue>,
    #[serde(borrow)]
    session_id: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    occurred_at: Option<&'a RawValue>,
    #[serde(borrow)]
    account_id: Option<&'a RawValue>,
}

/// Splits an item into its fields.
pub(crate) fn split(raw: &RawValue) -> Result<RawItem<'_>, Rejection> {
    if !raw.get().starts_with('{') {
        return Err(Rejection::new(RejectionCode::Malformed, "an item must be a JSON object"));
    }
    serde_json::from_str(raw.get()).map_err(|error| {
        // serde names the unknown or repeated field; the position inside the item is of no use.
        let text = error.to_string();
        let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        Rejection::new(RejectionCode::UnknownField, text)
    })
}

impl RawItem<'_> {
    /// Reads the event id, if the client gave one.
    pub(crate) fn event_id(&self) -> Result<Option<Uuid>, Rejection> {
        self.event_id.map(|raw| field::uuid("event_id", raw, RejectionCode::InvalidEventId)).transpose()
    }

    /// Reads every other field and applies the rules that need no stored data.
    ///
    /// The time limits apply to the time corrected for the sender's clock.
    pub(crate) fn admit(
        &self,
        event_id: Uuid,
        sender: &Sender<'_>,
        (clock_error, check_time): (SignedDuration, TimeRule),
    ) -> Result<NewInteraction, Rejection> {
        let session_id = self.session_id.map(session_id).transpose();
        let item = NewInteraction {
            origin: sender.caller.origin(session_id.as_ref().ok().and_then(Option::as_deref)),
            event_id,
            event_type: self.event_type(sender.names)?,
            reference: self.reference()?,
            session_id: session_id?,
            metadata: self.metadata(sender.caller)?,
            occurred_at: self.occurred_at.map(|raw| field::time("occurred_at", raw)).transpose()?,
            clock_error,
            account_id: self.account(sender.caller)?,
        };
        item.corrected_time().map_or(Ok(()), |at| validate_time(at, sender.arrival, check_time))?;
        if !sender.caller.may_send(&item.event_type) {
            return Err(Rejection::forbidden_event(item.event_type.as_str()));
        }
        if sender.caller == Caller::Guest && item.session_id.is_none() {
            return Err(Rejection::new(RejectionCode::MissingField, "session_id: is required on the guest route"));
        }
        Ok(item)
    }

    fn event_type(&self, names: &EventNames) -> Result<EventType, Rejection> {
        let refused = |rule: &str| Rejection::new(RejectionCode::InvalidEventType, rule);
        let text = field::required_text("event_type", self.event_type)?;
        if personal::has_card_number(&text) {
            return Err(refused("event_type: must not hold what looks like a card number (14 to 19 digits)"));
        }
        names.read(&text).map_err(|rule| refused(&rule.to_string()))
    }

    fn reference(&self) -> Result<Reference, Rejection> {
        let ref_type = field::ref_type("ref_type", self.ref_type)?;
        let refused =
            |rule: domain::InvalidReference| Rejection::new(RejectionCode::InvalidReference, rule.to_string());
        let reference = Reference::new(ref_type, &field::required_id("ref_id", self.ref_id)?).map_err(refused)?;
        if personal::is_personal(reference.ref_id()) {
            return Err(Rejection::new(RejectionCode::InvalidReference, format!("ref_id: {}", personal::RULE)));
        }
        Ok(reference)
    }

    fn metadata(&self, caller: Caller) -> Result<String, Rejection> {
        let limit = if caller == Caller::Guest { METADATA_GUEST_MAX_BYTES } else { METADATA_MAX_BYTES };
        self.metadata.map_or_else(|| Ok("{}".to_owned()), |raw| metadata::canonical(raw, limit))
    }

    /// Reads the account of the interaction: the caller's own, or the one that a service of the shop names.
    fn account(&self, caller: Caller) -> Result<Option<Uuid>, Rejection> {
        let Some(raw) = self.account_id else { return Ok(caller.account_id()) };
        if caller == Caller::Trusted {
            return field::uuid("account_id", raw, RejectionCode::InvalidAccountId).map(Some);
        }
        if is_own(raw, caller)? {
            return Ok(caller.account_id());
        }
        let message = "account_id: must be the account of the token, or be left out";
        Err(Rejection::new(RejectionCode::ForeignAccount, message))
    }
}

/// Says whether the field `account_id` names the caller's own account, in the hyphenated form of a UUID.
pub(crate) fn is_own(raw: &RawValue, caller: Caller) -> Result<bool, Rejection> {
    let named = field::text("account_id", raw)?;
    Ok(caller.account_id().is_some_and(|own| named.eq_ignore_ascii_case(&own.to_string())))
}

fn session_id(raw: &RawValue) -> Result<String, Rejection> {
    let text = field::text("session_id", raw)?;
    let refused = |rule| Rejection::new(RejectionCode::InvalidSessionId, format!("session_id: {rule}"));
    check_session_id(&text).map_err(refused)?;
    Ok(text)
}

/// Checks that a text can be a session id.
///
/// # Errors
/// The rule that it breaks.
pub fn check_session_id(text: &str) -> Result<(), String> {
    if personal::has_address(text) {
        return Err("must not hold an email address; a random UUID is a good session id".to_owned());
    }
    if !(1..=SESSION_ID_MAX_CHARS).contains(&text.chars().count()) || text.chars().any(char::is_control) {
        return Err(format!("must have 1 to {SESSION_ID_MAX_CHARS} characters and no control characters"));
    }
    // Such a session could not be asked about: it is no segment of a path.
    if text.trim().is_empty() {
        return Err("must not consist of spaces only".to_owned());
    }
    Ok(())
}

fn validate_time(occurred_at: Timestamp, arrival: Timestamp, check: TimeRule) -> Result<(), Rejection> {
    check(occurred_at, arrival).map_err(|reason| {
        let code = match reason {
            OutsideWindow::TooOld | OutsideWindow::BeforeHistory => RejectionCode::TooOld,
            OutsideWindow::InFuture => RejectionCode::InFuture,
        };
        Rejection::new(code, reason.to_string())
    })
}
