//! Why one item of a request is rejected while its neighbours are stored.

use serde::Serialize;

/// The stable, machine-readable reason. The accompanying message names the field and the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RejectionCode {
    /// The item is not a JSON object.
    Malformed,
    /// A required field is absent or null.
    MissingField,
    /// A field has the wrong JSON type.
    WrongType,
    /// An unknown field; a misspelled `event_id` must not be ignored silently.
    UnknownField,
    /// Text that cannot be stored: U+0000 or a lone surrogate.
    InvalidText,
    /// `event_id` is not a UUID.
    InvalidEventId,
    /// `event_type` is not well-formed.
    InvalidEventType,
    /// `ref_type` or `ref_id` is not valid.
    InvalidReference,
    /// `session_id` is empty, too long or not printable.
    InvalidSessionId,
    /// `occurred_at` is not an RFC 3339 time.
    InvalidTime,
    /// `occurred_at` is too far in the past.
    TooOld,
    /// `occurred_at` is too far in the future.
    InFuture,
    /// `metadata` exceeds a limit.
    InvalidMetadata,
    /// An amount is not a decimal number, is too precise for its currency, or is too large.
    InvalidAmount,
    /// A currency is not a code of three upper-case letters.
    InvalidCurrency,
    /// The caller may not send this event type.
    ForbiddenEvent,
    /// The item names an account other than the caller's.
    ForeignAccount,
    /// The account that a service of the shop names is not a UUID.
    InvalidAccountId,
    /// The caller already used the event id for different content.
    Conflict,
    /// Guests of this network have reached the limit of events per minute. The only rejection that may succeed when the
    /// same item is sent again, a minute later.
    RateLimited,
}

impl RejectionCode {
    /// Returns the code as it appears in replies and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::UnknownField => "unknown_field",
            Self::InvalidText => "invalid_text",
            Self::InvalidEventId => "invalid_event_id",
            Self::InvalidEventType => "invalid_event_type",
            Self::InvalidReference => "invalid_reference",
            Self::InvalidSessionId => "invalid_session_id",
            Self::InvalidTime => "invalid_time",
            Self::TooOld => "too_old",
            Self::InFuture => "in_future",
            Self::InvalidMetadata => "invalid_metadata",
            Self::InvalidAmount => "invalid_amount",
            Self::InvalidCurrency => "invalid_currency",
            Self::ForbiddenEvent => "forbidden_event",
            Self::ForeignAccount => "foreign_account",
            Self::InvalidAccountId => "invalid_account_id",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
        }
    }
}

/// A rejection of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The reason for programs.
    pub code: RejectionCode,
    /// The reason for people: field, rule, limit.
    pub message: String,
}

impl Rejection {
    /// Builds a rejection. A long message is shortened in its middle, because it may quote what the client sent.
    #[must_use]
    pub fn new(code: RejectionCode, message: impl Into<String>) -> Self {
        Self { code, message: shorten(message.into()) }
    }

    /// Builds the rejection of an event type that the caller may not send.
    #[must_use]
    pub fn forbidden_event(event_type: &str) -> Self {
        let message = format!(
            "event_type: {event_type:?} is not allowed for this caller (trusted events need the scope analytic/trusted; guests may only browse)"
        );
        Self::new(RejectionCode::ForbiddenEvent, message)
    }

    /// Builds the rejection of a guest's item above the limit per network and minute.
    #[must_use]
    pub fn rate_limited() -> Self {
        let message = "too many events of guests from this network in this minute; send it again in the next one";
        Self::new(RejectionCode::RateLimited, message)
    }

    /// Builds the rejection of an event id that was used for other content.
    #[must_use]
    pub fn conflict() -> Self {
        Self::new(
            RejectionCode::Conflict,
            "event_id: already recorded with other content; use a new id for a new event",
        )
    }
}

/// Shortens a message to 300 characters, in its middle: the field is at its start and the rule at its end.
pub(crate) fn shorten(text: String) -> String {
    const HEAD_CHARS: usize = 100;
    const TAIL_CHARS: usize = 199;
    let chars = text.chars().count();
    if chars <= HEAD_CHARS + 1 + TAIL_CHARS {
        return text;
    }
    let head: String = text.chars().take(HEAD_CHARS).collect();
    let tail: String = text.chars().skip(chars - TAIL_CHARS).collect();
    format!("{head}…{tail}")
}
