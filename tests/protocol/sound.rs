//! The protocol as built is correct: any faults of any kind, up to a number, at any time.

use domain::Sink;

use crate::check;
use crate::fault::Fault;
use crate::model::Protocol;

/// The protocol as built; one interaction, one sink, no faults.
pub(crate) const SOUND: Protocol = Protocol {
    interactions: 1,
    sinks: &[Sink::Popularity],
    faults: 0,
    kinds: Fault::ALL,
    interventions: 0,
    mistakes: Vec::new(),
};

#[test]
fn two_interactions_with_both_sinks_without_a_fault() {
    let protocol = Protocol { interactions: 2, sinks: &Sink::ALL, ..SOUND };
    check::holds("2 interactions, both sinks, no fault", &protocol);
}

#[test]
fn one_score_under_any_four_faults() {
    let protocol = Protocol { faults: 4, interventions: 1, ..SOUND };
    check::holds("1 interaction, popularity, 4 faults, 1 intervention", &protocol);
}

#[test]
fn two_scores_under_any_two_faults() {
    let protocol = Protocol { interactions: 2, faults: 2, ..SOUND };
    check::holds("2 interactions, popularity, 2 faults", &protocol);
}

#[test]
fn two_scores_under_any_fault_with_a_person_who_steps_in() {
    let protocol = Protocol { interactions: 2, faults: 1, interventions: 2, ..SOUND };
    check::holds("2 interactions, popularity, 1 fault, 2 interventions", &protocol);
}

#[test]
fn one_catalog_entry_under_any_three_faults() {
    let protocol = Protocol { sinks: &[Sink::Catalog], faults: 3, interventions: 1, ..SOUND };
    check::holds("1 interaction, catalog, 3 faults, 1 intervention", &protocol);
}

#[test]
fn two_catalog_entries_under_any_fault() {
    let protocol = Protocol { interactions: 2, sinks: &[Sink::Catalog], faults: 1, interventions: 1, ..SOUND };
    check::holds("2 interactions, catalog, 1 fault, 1 intervention", &protocol);
}

#[test]
fn both_sinks_under_any_two_faults() {
    let protocol = Protocol { sinks: &Sink::ALL, faults: 2, interventions: 1, ..SOUND };
    check::holds("1 interaction, both sinks, 2 faults, 1 intervention", &protocol);
}
