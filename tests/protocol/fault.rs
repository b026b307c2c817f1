//! What may go wrong.

/// A kind of fault. The checker tries each kind at every moment at which it can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An invocation ends: killed, out of time, or without its connection. What it committed stays, what it did not
    /// commit is rolled back, and its result is lost. That includes a COMMIT without a response.
    Crash,
    /// SQS does not accept a hint: a `Failed` entry, an error, or no response in time.
    FailedEntry,
    /// A message is lost, for example because its retention ended.
    MessageLost,
    /// SQS delivers a message twice.
    MessageDuplicated,
    /// A queue and its dead-letter queue are emptied.
    QueuePurged,
    /// A message becomes visible again while its consumer, slow or frozen, still works on it.
    VisibilityTimeout,
    /// A consumer cannot read a message, for example because an older version of it meets a newer body.
    Unreadable,
    /// The effect of one row cannot be stored, or the catalog refuses it permanently.
    Refused,
    /// The catalog does not respond, or with "later"; it may have received the interaction nevertheless.
    CatalogUncertain,
    /// A hint is so late that resend-pending sends another one although the first is still in flight.
    EarlyResend,
}

impl Fault {
    /// All kinds.
    pub(crate) const ALL: &[Self] = &[
        Self::Crash,
        Self::FailedEntry,
        Self::MessageLost,
        Self::MessageDuplicated,
        Self::QueuePurged,
        Self::VisibilityTimeout,
        Self::Unreadable,
        Self::Refused,
        Self::CatalogUncertain,
        Self::EarlyResend,
    ];
}
