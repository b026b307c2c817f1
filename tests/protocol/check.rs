//! Explores every state that a protocol can reach.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use crate::model::{Protocol, Step};
use crate::state::State;

/// A mistake that takes more steps than this to show counts as not found.
const LONGEST_FAILURE: usize = 40;

/// Requires that every property holds in all states, and prints how many there were.
pub(crate) fn holds(name: &str, protocol: &Protocol) {
    let started = Instant::now();
    let checker = protocol.clone().checker().spawn_bfs().join();
    checker.assert_properties();
    let longest = Runs::default().longest_from(protocol, protocol.start());
    let (states, steps) = (checker.unique_state_count(), checker.state_count() - 1);
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "holds    {name}: {states} states, {steps} steps between them, runs of up to {longest} steps, {seconds:.1} s"
    );
}

/// Requires that a property fails, and prints the shortest run to its failure.
pub(crate) fn is_refuted(name: &str, property: &'static str, protocol: &Protocol) {
    let only = HasDiscoveries::AnyOf([property].into());
    // Iteratively deeper, because the checker does not stop at the first failure.
    let at_depth =
        |depth| protocol.clone().checker().target_max_depth(depth).finish_when(only.clone()).spawn_bfs().join();
    let found = (1..=LONGEST_FAILURE).map(at_depth).find(|checker| checker.discovery(property).is_some());
    let checker = found.expect("the mistake leads to a failure");
    let steps = checker.assert_any_discovery(property).into_actions();
    let states = checker.unique_state_count();
    println!("refuted  {name}: \"{property}\" fails after {} steps, found among {states} states", steps.len());
    for step in steps {
        println!("           {step:?}");
    }
}

/// Walks through all runs to show that each one ends.
#[derive(Default)]
struct Runs {
    /// The longest way to an end from a state; `None` while the walk is still on it.
    longest: HashMap<u64, Option<usize>>,
}

impl Runs {
    /// Returns the number of steps of the longest run.
    fn longest_from(&mut self, protocol: &Protocol, state: State) -> usize {
        let mut hasher = DefaultHasher::new();
        state.hash(&mut hasher);
        let place = hasher.finish();
        if let Some(known) = self.longest.get(&place) {
            return known.expect("a run goes in circles, and would hide that something never happens");
        }
        self.longest.insert(place, None);
        let after = |step: Step| protocol.next_state(&state, step);
        let next = protocol.steps(&state).into_iter().filter_map(after);
        let longest = next.map(|next| 1 + self.longest_from(protocol, next)).max().unwrap_or(0);
        self.longest.insert(place, Some(longest));
        longest
    }
}
