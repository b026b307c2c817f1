//! The state: the tables, the queues, and the running invocations.

use std::collections::{BTreeMap, BTreeSet};

use domain::{InteractionId, Sink};

use crate::bag::Bag;
use crate::consume::Consumer;
use crate::record::Recording;

/// A pending effect of an interaction at a sink: the key of the table `pending`, and the content of a hint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Effect {
    pub(crate) sink: Sink,
    pub(crate) interaction: InteractionId,
}

/// A row of the table `pending`: it exists from the commit of the interaction to the commit of its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Row {
    /// Waits for its effect.
    Waiting,
    /// Parked: waits for an operator.
    Parked,
}

/// A hint on a queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Message {
    pub(crate) hint: Effect,
    /// How often SQS delivered it to a consumer.
    pub(crate) receive_count: u8,
}

/// What the sender of an interaction has received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// No 2xx so far, and the remaining attempts, each with the same event id.
    Asking { asks_left: u8 },
    /// It got a 2xx.
    Acknowledged,
}

/// The whole state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The senders of the interactions. An interaction stands for an event id of one origin: `interaction_key` gives
    /// each one id, and what another origin sends under the same event id is another interaction.
    pub(crate) clients: BTreeMap<InteractionId, Client>,
    /// Invocations of record-interactions.
    pub(crate) recordings: Bag<Recording>,

    /// Table `interaction`: how many rows an interaction has.
    pub(crate) log: BTreeMap<InteractionId, u8>,
    /// Table `pending`.
    pub(crate) pending: BTreeMap<Effect, Row>,
    /// Table `product_popularity`: how often an interaction was added to a score.
    pub(crate) score: BTreeMap<InteractionId, u8>,
    /// What the catalog knows. It may receive an interaction again: its id is the idempotency key.
    pub(crate) catalog: BTreeSet<InteractionId>,

    /// Messages that a consumer may receive, of all queues.
    pub(crate) messages: Bag<Message>,
    /// Hints in the dead-letter queues.
    pub(crate) dead_letters: Bag<Effect>,
    /// Invocations of update-popularity and update-catalog.
    pub(crate) consumers: Bag<Consumer>,
    /// What the invocation of resend-pending has claimed and not yet hinted.
    pub(crate) claimed: BTreeSet<Effect>,

    /// The maximum number of remaining faults.
    pub(crate) faults_left: u8,
    /// The maximum number of remaining interventions of an operator.
    pub(crate) interventions_left: u8,
    /// Whether resend-pending ever claimed a parked row.
    pub(crate) parked_row_was_hinted: bool,
    /// Only for the mistake `LedgerPruned`: the ids that it considers applied.
    pub(crate) ledger: BTreeSet<InteractionId>,
}

impl State {
    /// Says whether a hint will still reach a consumer if nothing goes wrong.
    pub(crate) fn is_on_its_way(&self, effect: Effect) -> bool {
        self.messages.iter().any(|message| message.hint == effect)
            || self.consumers.iter().any(|consumer| consumer.holds(effect))
            || self.recordings.iter().any(|recording| recording.to_hint.contains(&effect))
            || self.claimed.contains(&effect)
    }

    /// Says whether an effect was applied.
    pub(crate) fn is_applied(&self, effect: Effect) -> bool {
        match effect.sink {
            Sink::Popularity => self.score.contains_key(&effect.interaction),
            Sink::Catalog => self.catalog.contains(&effect.interaction),
        }
    }
}
