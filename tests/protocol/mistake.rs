//! Known mistakes, each a small change of the protocol that a check must refute.

use domain::{InteractionId, Sink};

use crate::consume::Consumer;
use crate::model::Protocol;
use crate::state::{Effect, Row, State};

/// The mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A retry with the same event id is stored again.
    EventIdForgotten,
    /// Hints go out before the transaction commits.
    HintBeforeCommit,
    /// There is no resend-pending.
    NoResend,
    /// resend-pending does not look at `parked_at`.
    ParkedRowsResent,
    /// The effect is caused in one transaction, and the pending row deleted in a second one.
    EffectBeforeDelete,
    /// The pending row is deleted in one transaction, and the effect caused in a second one.
    EffectAfterDelete,
    /// An unreadable message is acknowledged.
    UnreadableAcknowledged,
    /// A ledger of applied ids decides instead of the pending row. It is pruned when the queue holds the message no
    /// longer, though the dead-letter queue still does.
    LedgerPruned,
}

/// What only consumers with a mistake do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Delete the waiting rows and commit.
    TakeRows,
    /// Add one effect to its score and commit.
    Count(InteractionId),
    /// Add what the ledger does not contain yet, record it there, and delete the rows.
    ApplyByLedger,
}

/// Lists the steps of a consumer with a mistake.
pub(crate) fn consumer_steps(protocol: &Protocol, consumer: &Consumer) -> Vec<Step> {
    if consumer.sink == Sink::Popularity && !consumer.open.is_empty() {
        return consumer.open.iter().map(|id| Step::Count(*id)).collect();
    }
    let first = [(Mistake::EffectAfterDelete, Step::TakeRows), (Mistake::LedgerPruned, Step::ApplyByLedger)];
    let made = first.into_iter().filter(|(mistake, _)| !consumer.started && protocol.makes(*mistake));
    made.map(|(_, step)| step).collect()
}

/// Does a step of a consumer.
pub(crate) fn take(state: &mut State, consumer: &mut Consumer, step: Step) {
    match step {
        Step::TakeRows => {
            consumer.started = true;
            for (effect, _) in consumer.rows(state).into_iter().filter(|(_, row)| *row == Row::Waiting) {
                state.pending.remove(&effect);
                consumer.open.insert(effect.interaction);
            }
        }
        Step::Count(interaction) => {
            consumer.open.remove(&interaction);
            *state.score.entry(interaction).or_default() += 1;
            // Removing a row that TakeRows has removed already does nothing.
            consumer.confirmed.insert(interaction);
        }
        Step::ApplyByLedger => {
            consumer.started = true;
            for Effect { interaction, .. } in consumer.batch.iter().map(|delivery| delivery.message.hint) {
                if state.log.contains_key(&interaction) && state.ledger.insert(interaction) {
                    *state.score.entry(interaction).or_default() += 1;
                }
                state.pending.remove(&Effect { sink: consumer.sink, interaction });
            }
        }
    }
}

/// Lists the ids that the ledger can forget next: the queue has no message of theirs any more.
pub(crate) fn prunable(state: &State) -> Vec<InteractionId> {
    let queued = |id: &&InteractionId| state.is_on_its_way(Effect { sink: Sink::Popularity, interaction: **id });
    state.ledger.iter().filter(|id| !queued(id)).copied().collect()
}
