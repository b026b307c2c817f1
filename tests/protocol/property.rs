//! What must hold, whatever goes wrong.

use std::collections::BTreeMap;

use domain::{InteractionId, Sink};
use stateright::Property;

use crate::fault::Fault;
use crate::model::Protocol;
use crate::state::{Client, Effect, Row, State};

/// The guarantees, and a few reachability properties that show that a check covers the interesting states.
pub(crate) fn all(protocol: &Protocol) -> Vec<Property<Protocol>> {
    let mut properties = vec![
        Property::always("an acknowledged interaction is stored", acknowledged_is_stored),
        Property::always("an interaction is stored once", stored_once),
        Property::always("what is stored is pending or applied", pending_or_applied),
        Property::always("only what is stored is pending or applied", nothing_from_nowhere),
        Property::always("no effect is applied twice", applied_once),
        Property::always("the score is the log less what is pending", score_is_exact),
        Property::always("a parked row is never hinted", parked_is_left_alone),
        Property::eventually("every stored interaction is applied unless parked", settles),
    ];
    if protocol.faults > 0 && protocol.kinds == Fault::ALL {
        properties.extend([
            Property::sometimes("a row is parked", sees_a_parked_row),
            Property::sometimes("a message is a dead letter", sees_a_dead_letter),
            Property::sometimes("nothing is on its way to a waiting row", sees_a_forgotten_row),
            Property::sometimes("two consumers work on the same row", sees_two_at_work),
        ]);
    }
    properties
}

/// The effects that the stored interactions have, or should have.
fn effects(protocol: &Protocol, state: &State) -> impl Iterator<Item = Effect> {
    state.log.keys().flat_map(|interaction| protocol.effects_of(*interaction))
}

fn acknowledged_is_stored(_: &Protocol, state: &State) -> bool {
    let mut clients = state.clients.iter();
    clients.all(|(interaction, client)| *client != Client::Acknowledged || state.log.contains_key(interaction))
}

fn stored_once(_: &Protocol, state: &State) -> bool {
    state.log.values().all(|rows| *rows == 1)
}

fn pending_or_applied(protocol: &Protocol, state: &State) -> bool {
    effects(protocol, state).all(|effect| state.pending.contains_key(&effect) || state.is_applied(effect))
}

fn nothing_from_nowhere(_: &Protocol, state: &State) -> bool {
    let pending = state.pending.keys().map(|effect| &effect.interaction);
    pending.chain(state.score.keys()).chain(&state.catalog).all(|interaction| state.log.contains_key(interaction))
}

/// The catalog receives at least once and recognizes repetitions by id; a score would count them.
fn applied_once(_: &Protocol, state: &State) -> bool {
    state.score.values().all(|times| *times == 1)
}

fn score_is_exact(protocol: &Protocol, state: &State) -> bool {
    let sum = |counts: &BTreeMap<InteractionId, u8>| counts.values().copied().map(usize::from).sum::<usize>();
    let pending = state.pending.keys().filter(|effect| effect.sink == Sink::Popularity).count();
    !protocol.sinks.contains(&Sink::Popularity) || sum(&state.score) + pending == sum(&state.log)
}

fn parked_is_left_alone(_: &Protocol, state: &State) -> bool {
    !state.parked_row_was_hinted
}

/// A run has ended, and nothing is pending any more.
///
/// Stateright follows such a property exactly when a run cannot go in circles and when the property, once it holds,
/// goes on to hold. The first is what [`crate::check`] makes sure of. The second is why this looks at the end of runs:
/// at other moments everything can be applied and something new be stored later.
fn settles(protocol: &Protocol, state: &State) -> bool {
    let settled = |effect| match state.pending.get(&effect) {
        Some(Row::Waiting) => false,
        Some(Row::Parked) => true,
        None => state.is_applied(effect),
    };
    effects(protocol, state).all(settled) && protocol.steps(state).is_empty()
}

fn sees_a_parked_row(_: &Protocol, state: &State) -> bool {
    state.pending.values().any(|row| *row == Row::Parked)
}

fn sees_a_dead_letter(_: &Protocol, state: &State) -> bool {
    state.dead_letters.iter().next().is_some()
}

fn sees_a_forgotten_row(_: &Protocol, state: &State) -> bool {
    state.pending.iter().any(|(effect, row)| *row == Row::Waiting && !state.is_on_its_way(*effect))
}

fn sees_two_at_work(_: &Protocol, state: &State) -> bool {
    let workers = |effect| state.consumers.iter().filter(|consumer| consumer.has_read(effect)).count();
    state.pending.keys().any(|effect| workers(*effect) > 1)
}
