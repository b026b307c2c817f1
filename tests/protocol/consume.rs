//! update-popularity and update-catalog: turn pending rows into effects, then acknowledge.
//!
//! A popularity effect shares a transaction with the DELETE of its pending row, so it happens once. The catalog shares
//! no transaction with us: the delivery comes first and the row is deleted afterwards, so it receives at least once.

use std::collections::BTreeSet;

use domain::{InteractionId, Sink};

use crate::fault::Fault;
use crate::mistake::{self, Mistake};
use crate::model::Protocol;
use crate::queue;
use crate::state::{Effect, Message, Row, State};

/// `MaximumConcurrency`: the number of concurrent invocations of a sink's function.
const CONSUMERS: usize = 2;

/// A message that a consumer has received.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Delivery {
    pub(crate) message: Message,
    pub(crate) readable: bool,
    /// Its visibility timeout has expired: it is back on the queue, and acknowledging this delivery does nothing.
    pub(crate) visible_again: bool,
}

/// An invocation of update-popularity or update-catalog with its batch.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Consumer {
    pub(crate) sink: Sink,
    pub(crate) batch: Vec<Delivery>,
    /// Whether it has read the pending rows.
    pub(crate) started: bool,
    /// Effects still to be caused.
    pub(crate) open: BTreeSet<InteractionId>,
    /// Confirmed effects whose rows are still to be removed.
    pub(crate) confirmed: BTreeSet<InteractionId>,
    /// Rows still to be parked.
    pub(crate) refused: BTreeSet<InteractionId>,
    /// Interactions whose messages it will report as failed.
    pub(crate) failed: BTreeSet<InteractionId>,
}

/// The catalog's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CatalogReply {
    Confirmed,
    Refused,
    /// No response, or one that means "later".
    Again {
        heard: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A message cannot be read.
    Misread(Delivery),
    /// A message goes back to the queue although the consumer works on it.
    VisibleAgain(Delivery),
    /// update-popularity: apply.sql, one transaction. Postgres may refuse the effect of one row.
    Apply { refused: Option<InteractionId> },
    /// update-catalog: get_awaiting_catalog.sql.
    Load,
    /// update-catalog: one call of the catalog.
    Deliver(InteractionId, CatalogReply),
    /// update-catalog: remove.sql for everything that was confirmed.
    Remove,
    /// park.sql for everything that was refused.
    Park,
    /// Lambda deletes the messages that are not reported as failed; the others become visible again.
    Answer,
    /// The invocation ends without a response: all of its messages become visible again.
    Crash,
    /// Steps of a protocol with a mistake.
    Mistaken(mistake::Step),
}

impl Step {
    pub(crate) fn fault(&self) -> Option<Fault> {
        match self {
            Self::Misread(_) => Some(Fault::Unreadable),
            Self::VisibleAgain(_) => Some(Fault::VisibilityTimeout),
            Self::Apply { refused: Some(_) } | Self::Deliver(_, CatalogReply::Refused) => Some(Fault::Refused),
            Self::Deliver(_, CatalogReply::Again { .. }) => Some(Fault::CatalogUncertain),
            Self::Crash => Some(Fault::Crash),
            Self::Apply { refused: None } | Self::Deliver(_, CatalogReply::Confirmed) | Self::Load => None,
            Self::Remove | Self::Park | Self::Answer | Self::Mistaken(_) => None,
        }
    }
}

impl Consumer {
    /// Starts with a batch.
    pub(crate) fn receive(sink: Sink, messages: &[Message]) -> Self {
        let received = |message: &Message| Message { receive_count: message.receive_count + 1, ..*message };
        let delivery = |message| Delivery { message: received(message), readable: true, visible_again: false };
        Self {
            sink,
            batch: messages.iter().map(delivery).collect(),
            started: false,
            open: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            refused: BTreeSet::new(),
            failed: BTreeSet::new(),
        }
    }

    /// Says whether the message of a hint is redelivered when this consumer fails.
    pub(crate) fn holds(&self, effect: Effect) -> bool {
        self.batch.iter().any(|delivery| delivery.message.hint == effect && !delivery.visible_again)
    }

    /// Says whether it can act on a hint.
    pub(crate) fn has_read(&self, effect: Effect) -> bool {
        self.batch.iter().any(|delivery| delivery.message.hint == effect && delivery.readable)
    }

    /// Returns the pending rows of the batch, each once.
    pub(crate) fn rows(&self, state: &State) -> Vec<(Effect, Row)> {
        let readable = self.batch.iter().filter(|delivery| delivery.readable);
        let hints: BTreeSet<_> = readable.map(|delivery| delivery.message.hint).collect();
        hints.into_iter().filter_map(|hint| Some((hint, *state.pending.get(&hint)?))).collect()
    }

    fn steps(&self, protocol: &Protocol, state: &State) -> Vec<Step> {
        let mut steps = vec![Step::Crash];
        for delivery in self.batch.iter().filter(|delivery| !delivery.visible_again) {
            steps.push(Step::VisibleAgain(delivery.clone()));
            if !self.started && delivery.readable {
                steps.push(Step::Misread(delivery.clone()));
            }
        }
        let mistaken = mistake::consumer_steps(protocol, self);
        if !mistaken.is_empty() {
            steps.extend(mistaken.into_iter().map(Step::Mistaken));
        } else if !self.started {
            steps.extend(self.first_steps(protocol, state));
        }
        if self.sink == Sink::Catalog {
            let answers = [
                CatalogReply::Confirmed,
                CatalogReply::Refused,
                CatalogReply::Again { heard: false },
                CatalogReply::Again { heard: true },
            ];
            steps.extend(self.open.iter().flat_map(|id| answers.map(|reply| Step::Deliver(*id, reply))));
        }
        // In the order of the code: remove confirmed rows, then park refused ones, then respond.
        if self.started && self.open.is_empty() {
            steps.push(match (self.confirmed.is_empty(), self.refused.is_empty()) {
                (false, _) => Step::Remove,
                (true, false) => Step::Park,
                (true, true) => Step::Answer,
            });
        }
        steps
    }

    fn delivery(&mut self, named: &Delivery) -> &mut Delivery {
        self.batch.iter_mut().find(|delivery| *delivery == named).expect("a step names what is there")
    }

    fn first_steps(&self, protocol: &Protocol, state: &State) -> Vec<Step> {
        if self.sink == Sink::Catalog || protocol.makes(Mistake::EffectBeforeDelete) {
            return vec![Step::Load];
        }
        let waiting = self.rows(state).into_iter().filter(|(_, row)| *row == Row::Waiting);
        let refusals = waiting.map(|(effect, _)| Step::Apply { refused: Some(effect.interaction) });
        refusals.chain([Step::Apply { refused: None }]).collect()
    }
}

/// Lists the batches that a consumer may receive next: any one or two messages of a queue, in any order.
pub(crate) fn batches(protocol: &Protocol, state: &State) -> Vec<Vec<Message>> {
    let busy = |sink| state.consumers.iter().filter(|consumer| consumer.sink == sink).count();
    let free: Vec<_> = protocol.sinks.iter().filter(|sink| busy(**sink) < CONSUMERS).collect();
    let ones = state.messages.distinct().map(|message| vec![*message]);
    let twos = state.messages.distinct_pairs().into_iter().map(|[first, second]| vec![*first, *second]);
    let batches = ones.chain(twos);
    batches.filter(|batch| free.iter().any(|sink| batch.iter().all(|message| message.hint.sink == **sink))).collect()
}

/// Receives a batch.
pub(crate) fn receive(state: &mut State, batch: &[Message]) {
    for message in batch {
        state.messages.remove(message);
    }
    if let Some(message) = batch.first() {
        state.consumers.add(Consumer::receive(message.hint.sink, batch));
    }
}

/// Lists what the consumers can do next.
pub(crate) fn steps(protocol: &Protocol, state: &State) -> Vec<(Consumer, Step)> {
    let consumers = state.consumers.distinct();
    let with_steps = consumers.map(|consumer| (consumer, consumer.steps(protocol, state)));
    with_steps.flat_map(|(consumer, steps)| steps.into_iter().map(|step| (consumer.clone(), step))).collect()
}

/// Does a step.
pub(crate) fn take(protocol: &Protocol, state: &mut State, mut consumer: Consumer, step: Step) {
    state.consumers.remove(&consumer);
    match step {
        Step::Misread(delivery) => consumer.delivery(&delivery).readable = false,
        Step::VisibleAgain(delivery) => {
            consumer.delivery(&delivery).visible_again = true;
            queue::put_back(state, delivery.message);
        }
        Step::Apply { refused } => apply(state, &mut consumer, refused),
        Step::Load => load(state, &mut consumer),
        Step::Deliver(interaction, reply) => deliver(state, &mut consumer, interaction, reply),
        Step::Remove => {
            for interaction in std::mem::take(&mut consumer.confirmed) {
                state.pending.remove(&Effect { sink: consumer.sink, interaction });
            }
        }
        Step::Park => park(state, &mut consumer),
        Step::Answer => return answer(protocol, state, &consumer),
        Step::Crash => return give_up(state, &consumer),
        Step::Mistaken(step) => mistake::take(state, &mut consumer, step),
    }
    state.consumers.add(consumer);
}

fn apply(state: &mut State, consumer: &mut Consumer, refused: Option<InteractionId>) {
    consumer.started = true;
    for (effect, row) in consumer.rows(state) {
        if row == Row::Parked {
            consumer.failed.insert(effect.interaction);
        } else if refused == Some(effect.interaction) {
            consumer.refused.insert(effect.interaction);
        } else {
            state.pending.remove(&effect);
            *state.score.entry(effect.interaction).or_default() += 1;
        }
    }
}

fn load(state: &State, consumer: &mut Consumer) {
    consumer.started = true;
    for (effect, row) in consumer.rows(state) {
        match row {
            Row::Waiting => consumer.open.insert(effect.interaction),
            Row::Parked => consumer.failed.insert(effect.interaction),
        };
    }
}

fn deliver(state: &mut State, consumer: &mut Consumer, interaction: InteractionId, reply: CatalogReply) {
    consumer.open.remove(&interaction);
    if matches!(reply, CatalogReply::Confirmed | CatalogReply::Again { heard: true }) {
        state.catalog.insert(interaction);
    }
    match reply {
        CatalogReply::Confirmed => consumer.confirmed.insert(interaction),
        CatalogReply::Refused => consumer.refused.insert(interaction),
        CatalogReply::Again { .. } => consumer.failed.insert(interaction),
    };
}

fn park(state: &mut State, consumer: &mut Consumer) {
    for interaction in std::mem::take(&mut consumer.refused) {
        // Another consumer may have brought the effect about in the meantime: then there is nothing to park.
        if let Some(row) = state.pending.get_mut(&Effect { sink: consumer.sink, interaction }) {
            *row = Row::Parked;
        }
        consumer.failed.insert(interaction);
    }
}

fn answer(protocol: &Protocol, state: &mut State, consumer: &Consumer) {
    for delivery in &consumer.batch {
        let unread = !delivery.readable && !protocol.makes(Mistake::UnreadableAcknowledged);
        let failed = unread || delivery.readable && consumer.failed.contains(&delivery.message.hint.interaction);
        if failed && !delivery.visible_again {
            queue::put_back(state, delivery.message);
        }
    }
}

fn give_up(state: &mut State, consumer: &Consumer) {
    for delivery in consumer.batch.iter().filter(|delivery| !delivery.visible_again) {
        queue::put_back(state, delivery.message);
    }
}
