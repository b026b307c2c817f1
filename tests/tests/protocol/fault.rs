//! What may go wrong.

/// A kind of fault. The checker tries each kind at every moment at which it can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An invocation ends: killed, out of time, or without its connection. What it committed stays, what it did not
    /// commit was never there, and nobody hears what it found. That is also a COMMIT without an answer.
    Crash,
    /// SQS does not take a hint: a `Failed` entry, an error, or no answer in time.
    FailedEntry,
    /// A message is gone, for example because its retention ended.
    MessageLost,
    /// SQS delivers a message twice.
    MessageDuplicated,
    /// A queue and its dead-letter queue are emptied.
    QueuePurged,
    /// A message becomes visible again while its consumer, slow or frozen, still works on it.
    VisibilityTimeout,
    /// A consumer cannot read a message, for example because an older version of it meets a newer body.
    Unreadable,
    /// The effect of one row cannot be stored, or the catalog refuses it for good.
    Refused,
    /// The catalog gives no answer, or one that means "later"; it may have heard all the same.
    CatalogUncertain,
    /// A hint is so late that resend-pending gives another one although the first is still on its way.
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
