//! resend-pending hints again at what is overdue; an operator unparks rows.

use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::mistake::Mistake;
use crate::model::Protocol;
use crate::state::{Effect, Message, Row, State};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// claim_due.sql takes the waiting rows without a hint in flight. That models a backoff that outlasts every hint;
    /// for the other case see `ClaimEarly`.
    Claim,
    /// claim_due.sql takes all waiting rows, even if a hint is still in flight.
    ClaimEarly,
    /// SQS accepts the hint of a claimed row.
    Hint(Effect),
    /// SQS does not accept it. The row becomes due again.
    HintNotTaken(Effect),
    /// The invocation ends with rows claimed and not hinted. They become due again.
    Crash,
    /// An operator unparks a row. It becomes due like any other.
    Unpark(Effect),
}

impl Step {
    pub(crate) fn fault(&self) -> Option<Fault> {
        match self {
            Self::ClaimEarly => Some(Fault::EarlyResend),
            Self::HintNotTaken(_) => Some(Fault::FailedEntry),
            Self::Crash => Some(Fault::Crash),
            Self::Claim | Self::Hint(_) | Self::Unpark(_) => None,
        }
    }
}

/// Lists what resend-pending (at most one concurrent invocation) and an operator can do next.
pub(crate) fn steps(protocol: &Protocol, state: &State) -> Vec<Step> {
    let parked = state.pending.iter().filter(|(_, row)| **row == Row::Parked);
    let mut steps: Vec<_> = parked.map(|(effect, _)| Step::Unpark(*effect)).collect();
    for effect in &state.claimed {
        steps.push(Step::Hint(*effect));
        steps.push(Step::HintNotTaken(*effect));
    }
    if !state.claimed.is_empty() {
        steps.push(Step::Crash);
    } else if !protocol.makes(Mistake::NoResend) {
        if !overdue(protocol, state).is_empty() {
            steps.push(Step::Claim);
        }
        if claimable(protocol, state).any(|effect| state.is_on_its_way(effect)) {
            steps.push(Step::ClaimEarly);
        }
    }
    steps
}

/// Does a step.
pub(crate) fn take(protocol: &Protocol, state: &mut State, step: Step) {
    match step {
        Step::Claim => claim(state, overdue(protocol, state)),
        Step::ClaimEarly => claim(state, claimable(protocol, state).collect()),
        Step::Hint(effect) => {
            state.claimed.remove(&effect);
            state.messages.add(Message { hint: effect, receive_count: 0 });
        }
        Step::HintNotTaken(effect) => {
            state.claimed.remove(&effect);
        }
        Step::Crash => state.claimed.clear(),
        Step::Unpark(effect) => {
            state.pending.insert(effect, Row::Waiting);
        }
    }
}

/// The rows that claim_due.sql may take: those that are not parked.
fn claimable(protocol: &Protocol, state: &State) -> impl Iterator<Item = Effect> {
    let parked_too = protocol.makes(Mistake::ParkedRowsResent);
    let rows = state.pending.iter().filter(move |(_, row)| **row == Row::Waiting || parked_too);
    rows.map(|(effect, _)| *effect)
}

fn overdue(protocol: &Protocol, state: &State) -> BTreeSet<Effect> {
    claimable(protocol, state).filter(|effect| !state.is_on_its_way(*effect)).collect()
}

fn claim(state: &mut State, rows: BTreeSet<Effect>) {
    state.parked_row_was_hinted |= rows.iter().any(|effect| state.pending.get(effect) == Some(&Row::Parked));
    state.claimed = rows;
}
