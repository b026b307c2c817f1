//! The protocol between log, queues and consumers as a small model, checked in every state that it can reach.
//!
//! This is the place to learn why nothing is lost and nothing counts twice. Each module is one party, and each variant
//! of its `Step` is one atomic step: a transaction, a message, a crash. Read them in the order in which an interaction
//! passes through them:
//!
//! 1. `record`: record-interactions stores the interaction and its pending rows in one transaction, then hints.
//! 2. `queue`: SQS delivers hints late, twice, in any order, or never.
//! 3. `consume`: update-popularity and update-catalog turn a pending row into its effect.
//! 4. `resend`: resend-pending hints again at what is overdue; an operator redrives what was parked.
//!
//! `fault` lists what may go wrong, `property` what must hold all the same. `sound` checks the protocol as it is
//! built: any faults of any kind, up to a number, at any moments. `refuted` checks protocols with a known mistake
//! (`mistake`), each of which must fail: a check that cannot fail proves nothing.
//!
//! The model leaves out time (whatever may happen later may happen now), amounts (an interaction counts 1) and SQL,
//! which the tests of `store` and of the functions cover.

mod bag;
mod check;
mod consume;
mod fault;
mod mistake;
mod model;
mod property;
mod queue;
mod record;
mod refuted;
mod resend;
mod show;
mod sound;
mod state;
