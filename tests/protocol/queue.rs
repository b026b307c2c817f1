//! SQS: an unordered bag of messages per sink that may lose and duplicate. Nothing relies on it.

use domain::Sink;

use crate::fault::Fault;
use crate::model::Protocol;
use crate::state::{Message, State};

/// The number of unacknowledged deliveries after which a message moves to the dead-letter queue.
const MAX_RECEIVE_COUNT: u8 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A message disappears.
    Lose(Message),
    /// A message is duplicated.
    Duplicate(Message),
    /// A queue and its dead-letter queue are purged. Received messages stay with their consumer.
    Purge(Sink),
    /// An operator moves the dead letters of a sink back to its queue.
    Redrive(Sink),
}

impl Step {
    pub(crate) fn fault(&self) -> Option<Fault> {
        match self {
            Self::Lose(_) => Some(Fault::MessageLost),
            Self::Duplicate(_) => Some(Fault::MessageDuplicated),
            Self::Purge(_) => Some(Fault::QueuePurged),
            Self::Redrive(_) => None,
        }
    }
}

/// Lists what can happen to the messages next, other than being received.
pub(crate) fn steps(protocol: &Protocol, state: &State) -> Vec<Step> {
    let mut steps = Vec::new();
    for message in state.messages.distinct() {
        steps.push(Step::Lose(*message));
        steps.push(Step::Duplicate(*message));
    }
    for sink in protocol.sinks {
        let has_dead_letters = state.dead_letters.iter().any(|hint| hint.sink == *sink);
        if has_dead_letters {
            steps.push(Step::Redrive(*sink));
        }
        if has_dead_letters || state.messages.iter().any(|message| message.hint.sink == *sink) {
            steps.push(Step::Purge(*sink));
        }
    }
    steps
}

/// Does a step.
pub(crate) fn take(state: &mut State, step: Step) {
    match step {
        Step::Lose(message) => state.messages.remove(&message),
        Step::Duplicate(message) => state.messages.add(message),
        Step::Purge(sink) => {
            state.messages.remove_all(|message| message.hint.sink == sink);
            state.dead_letters.remove_all(|hint| hint.sink == sink);
        }
        Step::Redrive(sink) => {
            for hint in state.dead_letters.remove_all(|hint| hint.sink == sink) {
                state.messages.add(Message { hint, receive_count: 0 });
            }
        }
    }
}

/// Returns an unacknowledged message to the queue.
///
/// SQS moves it to the dead-letter queue at its next receive; doing it now makes no visible difference.
pub(crate) fn put_back(state: &mut State, message: Message) {
    if message.receive_count < MAX_RECEIVE_COUNT {
        state.messages.add(message);
    } else {
        state.dead_letters.add(message.hint);
    }
}
