//! A client and record-interactions: store in one transaction, then hint, then answer.

use std::collections::BTreeSet;

use domain::InteractionId;

use crate::fault::Fault;
use crate::mistake::Mistake;
use crate::model::Protocol;
use crate::state::{Client, Effect, Message, Row, State};

/// An invocation of record-interactions with one interaction.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Recording {
    pub(crate) interaction: InteractionId,
    /// Whether its transaction is over.
    pub(crate) committed: bool,
    /// Hints still to be sent.
    pub(crate) to_hint: BTreeSet<Effect>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The client sends its request, for the first time or again, even while an earlier one is in progress.
    Ask(InteractionId),
    /// The transaction of record.sql commits: the interaction and its pending rows, or nothing for a known event id.
    Commit(Recording),
    /// SQS accepts a hint.
    Hint(Recording, Effect),
    /// SQS does not accept a hint. It is not sent again here: its pending row stays, and becomes due.
    HintNotTaken(Recording, Effect),
    /// The client gets its 2xx.
    Reply(Recording),
    /// The invocation ends and the client gets no 2xx.
    Crash(Recording),
}

impl Step {
    pub(crate) fn fault(&self) -> Option<Fault> {
        match self {
            Self::HintNotTaken(..) => Some(Fault::FailedEntry),
            Self::Crash(_) => Some(Fault::Crash),
            Self::Ask(_) | Self::Commit(_) | Self::Hint(..) | Self::Reply(_) => None,
        }
    }
}

/// Lists what client and function can do next.
pub(crate) fn steps(protocol: &Protocol, state: &State) -> Vec<Step> {
    let asking = state.clients.iter().filter(|(_, client)| matches!(client, Client::Asking { asks_left: 1.. }));
    let mut steps: Vec<_> = asking.map(|(interaction, _)| Step::Ask(*interaction)).collect();
    for recording in state.recordings.distinct() {
        steps.push(Step::Crash(recording.clone()));
        if !recording.committed && (recording.to_hint.is_empty() || !protocol.makes(Mistake::HintBeforeCommit)) {
            steps.push(Step::Commit(recording.clone()));
        }
        for effect in &recording.to_hint {
            steps.push(Step::Hint(recording.clone(), *effect));
            steps.push(Step::HintNotTaken(recording.clone(), *effect));
        }
        if recording.committed && recording.to_hint.is_empty() {
            steps.push(Step::Reply(recording.clone()));
        }
    }
    steps
}

/// Does a step.
pub(crate) fn take(protocol: &Protocol, state: &mut State, step: Step) {
    match step {
        Step::Ask(interaction) => ask(protocol, state, interaction),
        Step::Commit(mut recording) => {
            state.recordings.remove(&recording);
            commit(protocol, state, &mut recording);
            state.recordings.add(recording);
        }
        Step::Hint(recording, effect) => {
            state.messages.add(Message { hint: effect, receive_count: 0 });
            strike_out(state, recording, effect);
        }
        Step::HintNotTaken(recording, effect) => strike_out(state, recording, effect),
        Step::Reply(recording) => {
            state.recordings.remove(&recording);
            state.clients.insert(recording.interaction, Client::Acknowledged);
        }
        Step::Crash(recording) => state.recordings.remove(&recording),
    }
}

fn ask(protocol: &Protocol, state: &mut State, interaction: InteractionId) {
    if let Some(Client::Asking { asks_left }) = state.clients.get_mut(&interaction) {
        *asks_left -= 1;
    }
    let to_hint = match protocol.makes(Mistake::HintBeforeCommit) {
        true => protocol.effects_of(interaction).collect(),
        false => BTreeSet::new(),
    };
    state.recordings.add(Recording { interaction, committed: false, to_hint });
}

fn commit(protocol: &Protocol, state: &mut State, recording: &mut Recording) {
    recording.committed = true;
    // The unique event id makes a retry a duplicate: no row, nothing pending, nothing to hint at.
    if state.log.contains_key(&recording.interaction) && !protocol.makes(Mistake::EventIdForgotten) {
        return;
    }
    *state.log.entry(recording.interaction).or_default() += 1;
    for effect in protocol.effects_of(recording.interaction) {
        state.pending.insert(effect, Row::Waiting);
        if !protocol.makes(Mistake::HintBeforeCommit) {
            recording.to_hint.insert(effect);
        }
    }
}

fn strike_out(state: &mut State, mut recording: Recording, effect: Effect) {
    state.recordings.remove(&recording);
    recording.to_hint.remove(&effect);
    state.recordings.add(recording);
}
