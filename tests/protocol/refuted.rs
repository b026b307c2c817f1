//! Known mistakes are found, each in a configuration in which the protocol without it holds.

use domain::Sink;

use crate::check;
use crate::fault::Fault;
use crate::mistake::Mistake;
use crate::model::Protocol;
use crate::sound::SOUND;

const SETTLES: &str = "every stored interaction is applied unless parked";

/// Checks that a mistake is refuted, and that nothing else in its configuration is the cause.
fn only_the_mistake_is_to_blame(mistake: Mistake, property: &'static str, surroundings: &Protocol) {
    check::holds(&format!("without {mistake:?}"), surroundings);
    let mut mistaken = surroundings.clone();
    mistaken.mistakes.push(mistake);
    check::is_refuted(&format!("{mistake:?}"), property, &mistaken);
}

#[test]
fn a_retry_that_is_stored_again_is_found() {
    only_the_mistake_is_to_blame(Mistake::EventIdForgotten, "an interaction is stored once", &SOUND);
}

#[test]
fn an_effect_before_the_transaction_of_its_delete_is_found() {
    let surroundings = Protocol { faults: 1, kinds: &[Fault::Crash], ..SOUND };
    only_the_mistake_is_to_blame(Mistake::EffectBeforeDelete, "no effect is applied twice", &surroundings);
}

#[test]
fn an_effect_after_the_transaction_of_its_delete_is_found() {
    let surroundings = Protocol { faults: 1, kinds: &[Fault::Crash], ..SOUND };
    only_the_mistake_is_to_blame(Mistake::EffectAfterDelete, SETTLES, &surroundings);
}

#[test]
fn a_hint_before_the_commit_that_nobody_sends_again_is_found() {
    let surroundings = Protocol { mistakes: vec![Mistake::NoResend], ..SOUND };
    only_the_mistake_is_to_blame(Mistake::HintBeforeCommit, SETTLES, &surroundings);
}

#[test]
fn a_hint_before_the_commit_is_harmless_as_long_as_it_is_sent_again() {
    let protocol = Protocol { faults: 2, interventions: 1, mistakes: vec![Mistake::HintBeforeCommit], ..SOUND };
    check::holds("HintBeforeCommit with resend", &protocol);
}

#[test]
fn a_failed_entry_that_nobody_sends_again_is_found() {
    let surroundings = Protocol { faults: 1, kinds: &[Fault::FailedEntry], ..SOUND };
    only_the_mistake_is_to_blame(Mistake::NoResend, SETTLES, &surroundings);
}

#[test]
fn an_unread_message_that_is_acknowledged_is_found() {
    let surroundings = Protocol { faults: 1, kinds: &[Fault::Unreadable], mistakes: vec![Mistake::NoResend], ..SOUND };
    only_the_mistake_is_to_blame(Mistake::UnreadableAcknowledged, SETTLES, &surroundings);
}

#[test]
fn a_parked_row_that_is_hinted_is_found() {
    let surroundings = Protocol { faults: 2, kinds: &[Fault::Refused, Fault::MessageLost], ..SOUND };
    only_the_mistake_is_to_blame(Mistake::ParkedRowsResent, "a parked row is never hinted", &surroundings);
}

#[test]
fn a_ledger_that_is_pruned_before_a_redrive_is_found() {
    let surroundings = Protocol { faults: 2, kinds: &[Fault::Crash], interventions: 1, ..SOUND };
    only_the_mistake_is_to_blame(Mistake::LedgerPruned, "no effect is applied twice", &surroundings);
}

#[test]
fn a_catalog_row_removed_before_the_catalog_has_heard_is_found() {
    let surroundings = Protocol { sinks: &[Sink::Catalog], faults: 1, kinds: &[Fault::Crash], ..SOUND };
    only_the_mistake_is_to_blame(Mistake::EffectAfterDelete, "what is stored is pending or applied", &surroundings);
}
