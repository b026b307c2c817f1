//! The steps of an interaction at which the function that performs them is killed.

/// A step at which a function is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CrashPoint {
    /// C1: recording, its statement on the way to Postgres.
    BeforeInsert,
    /// C2: recording, some rows of `interaction` written.
    AfterInteraction,
    /// C3: recording, some rows of `pending` written.
    AfterPending,
    /// C4: recording, the transaction commits.
    DuringCommit,
    /// C5: recording, committed, and Postgres' answer on its way.
    AfterCommit,
    /// C6: recording, within the calls for the first queue.
    MidFirstQueue,
    /// C7: recording, the popularity queue served and the catalog queue not.
    BetweenQueues,
    /// C8: recording, within the calls for the second queue.
    MidSecondQueue,
    /// C9: recording, all done, and the reply on its way.
    BeforeReply,
    /// C10: a consumer, with the batch in hand.
    AfterReceive,
    /// C11: a consumer, in its transaction; update-catalog: delivered, not recorded.
    InTransaction,
    /// C12: a consumer, committed, and Postgres' answer on its way.
    AfterEffect,
    /// C13: a consumer, answered, and the messages not deleted.
    BeforeDelete,
    /// C14: resend-pending, in the middle of its calls to SQS.
    MidResend,
}

impl CrashPoint {
    /// All of them, in the order of an interaction's life.
    pub(super) const ALL: [Self; 14] = [
        Self::BeforeInsert,
        Self::AfterInteraction,
        Self::AfterPending,
        Self::DuringCommit,
        Self::AfterCommit,
        Self::MidFirstQueue,
        Self::BetweenQueues,
        Self::MidSecondQueue,
        Self::BeforeReply,
        Self::AfterReceive,
        Self::InTransaction,
        Self::AfterEffect,
        Self::BeforeDelete,
        Self::MidResend,
    ];

    /// Its number in the fault catalogue, and what happens.
    #[must_use]
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::BeforeInsert => ("C1", "recording killed before its statement reaches Postgres"),
            Self::AfterInteraction => ("C2", "recording killed between two rows of interaction"),
            Self::AfterPending => ("C3", "recording killed between two rows of pending"),
            Self::DuringCommit => ("C4", "recording killed, or cut off on either side, while Postgres commits"),
            Self::AfterCommit => ("C5", "recording killed after the commit, before its answer"),
            Self::MidFirstQueue => ("C6", "recording killed within the calls for the first queue"),
            Self::BetweenQueues => ("C7", "recording killed between the two queues"),
            Self::MidSecondQueue => ("C8", "recording killed within the calls for the second queue"),
            Self::BeforeReply => ("C9", "recording killed with its reply on the way"),
            Self::AfterReceive => ("C10", "consumer killed with a batch in hand"),
            Self::InTransaction => ("C11", "consumer killed in its transaction (catalog: delivered, not noted)"),
            Self::AfterEffect => ("C12", "consumer killed after the commit, before its answer"),
            Self::BeforeDelete => ("C13", "consumer killed after it answered, messages not deleted"),
            Self::MidResend => ("C14", "resend-pending killed within its calls to SQS"),
        }
    }
}
