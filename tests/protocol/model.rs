//! All parties together: the possible next steps and their results.

use std::collections::{BTreeMap, BTreeSet};

use domain::{InteractionId, Sink};
use stateright::{Model, Property};

use crate::bag::Bag;
use crate::consume::{self, Consumer};
use crate::fault::Fault;
use crate::mistake::{self, Mistake};
use crate::state::{Client, Effect, Message, State};
use crate::{property, queue, record, resend};

/// The number of attempts of a client: one request and one retry.
const ASKS: u8 = 2;

/// The protocol, and how much of it is checked.
#[derive(Debug, Clone)]
pub(crate) struct Protocol {
    /// The number of interactions.
    pub(crate) interactions: i64,
    /// The sinks.
    pub(crate) sinks: &'static [Sink],
    /// The maximum number of faults ...
    pub(crate) faults: u8,
    /// ... of these kinds.
    pub(crate) kinds: &'static [Fault],
    /// The maximum number of interventions of an operator.
    pub(crate) interventions: u8,
    /// The mistake, if any.
    pub(crate) mistakes: Vec<Mistake>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Record(record::Step),
    Queue(queue::Step),
    Receive(Vec<Message>),
    Consume(Consumer, consume::Step),
    Resend(resend::Step),
    PruneLedger(InteractionId),
}

impl Step {
    fn fault(&self) -> Option<Fault> {
        match self {
            Self::Record(step) => step.fault(),
            Self::Queue(step) => step.fault(),
            Self::Consume(_, step) => step.fault(),
            Self::Resend(step) => step.fault(),
            Self::Receive(_) | Self::PruneLedger(_) => None,
        }
    }

    /// Says whether an operator does it.
    fn is_intervention(&self) -> bool {
        matches!(self, Self::Queue(queue::Step::Redrive(_)) | Self::Resend(resend::Step::Unpark(_)))
    }
}

impl Protocol {
    /// Says whether the protocol has a mistake.
    pub(crate) fn makes(&self, mistake: Mistake) -> bool {
        self.mistakes.contains(&mistake)
    }

    /// Returns the effects that an interaction should have: one per sink.
    pub(crate) fn effects_of(&self, interaction: InteractionId) -> impl Iterator<Item = Effect> {
        self.sinks.iter().map(move |sink| Effect { sink: *sink, interaction })
    }

    /// Lists all possible next steps.
    pub(crate) fn steps(&self, state: &State) -> Vec<Step> {
        let mut steps = Vec::new();
        steps.extend(record::steps(self, state).into_iter().map(Step::Record));
        steps.extend(queue::steps(self, state).into_iter().map(Step::Queue));
        steps.extend(consume::batches(self, state).into_iter().map(Step::Receive));
        steps.extend(consume::steps(self, state).into_iter().map(|(consumer, step)| Step::Consume(consumer, step)));
        steps.extend(resend::steps(self, state).into_iter().map(Step::Resend));
        if self.makes(Mistake::LedgerPruned) {
            steps.extend(mistake::prunable(state).into_iter().map(Step::PruneLedger));
        }
        steps.retain(|step| self.allows(state, step));
        steps
    }

    fn allows(&self, state: &State, step: &Step) -> bool {
        let fault_allowed = step.fault().is_none_or(|fault| state.faults_left > 0 && self.kinds.contains(&fault));
        fault_allowed && (state.interventions_left > 0 || !step.is_intervention())
    }

    /// Does a step.
    pub(crate) fn take(&self, state: &mut State, step: Step) {
        state.faults_left -= u8::from(step.fault().is_some());
        state.interventions_left -= u8::from(step.is_intervention());
        match step {
            Step::Record(step) => record::take(self, state, step),
            Step::Queue(step) => queue::take(state, step),
            Step::Receive(batch) => consume::receive(state, &batch),
            Step::Consume(consumer, step) => consume::take(self, state, consumer, step),
            Step::Resend(step) => resend::take(self, state, step),
            Step::PruneLedger(interaction) => {
                state.ledger.remove(&interaction);
            }
        }
    }

    /// Returns the initial state.
    pub(crate) fn start(&self) -> State {
        let interactions = (1..=self.interactions).map(InteractionId);
        State {
            clients: interactions.map(|interaction| (interaction, Client::Asking { asks_left: ASKS })).collect(),
            recordings: Bag::default(),
            log: BTreeMap::new(),
            pending: BTreeMap::new(),
            score: BTreeMap::new(),
            catalog: BTreeSet::new(),
            messages: Bag::default(),
            dead_letters: Bag::default(),
            consumers: Bag::default(),
            claimed: BTreeSet::new(),
            faults_left: self.faults,
            interventions_left: self.interventions,
            parked_row_was_hinted: false,
            ledger: BTreeSet::new(),
        }
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![self.start()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        actions.extend(self.steps(state));
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = state.clone();
        self.take(&mut next, step);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        property::all(self)
    }
}
