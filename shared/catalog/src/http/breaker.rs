//! A circuit breaker: after consecutive failures, no call is made for a while.
//!
//! A state machine without a clock: the time and the length of the pause are passed in. It lives as long as the
//! execution environment, so when one invocation finds a catalog down, the next one makes no calls.
//!
//! Of the crates for this, the maintained ones decide by a failure rate over a window, read the clock themselves and
//! let several calls through at once when half open (recloser), or are middleware for another stack (tower-resilience);
//! the one with the required rule (failsafe) has had no release for two years. The rule is small, so it is implemented
//! here.

use std::time::{Duration, Instant};

/// How many consecutive failures open the circuit: one round of calls at the usual concurrency of 10, so an
/// unresponsive catalog costs an invocation the time of about one call, and a catalog that fails occasionally stays in
/// use.
pub(super) const FAILURES_TO_OPEN: u32 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Closed: calls are made. Counts the failures since the last success.
    Closed { failures: u32 },
    /// Open: no calls until then.
    Open { until: Instant },
    /// Half open: one call is in progress. If its result never arrives (because the invocation ended), another call may
    /// be made from `retry_at` on.
    HalfOpen { retry_at: Instant },
}

/// What a call showed about the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It responds, possibly with a refusal.
    Alive,
    /// It failed. The circuit stays open for the given time if this failure opens it.
    Failed {
        /// The pause.
        pause: Duration,
    },
    /// The call was abandoned for reasons of our own.
    Unknown,
}

/// The permission to make one call. Every permit is returned with a verdict.
#[derive(Debug)]
#[must_use]
pub(super) struct Permit {
    /// The phase in which the call began. A verdict from an earlier phase is outdated: a success that began before the
    /// circuit opened must not close it.
    phase: u64,
}

/// The circuit breaker of one catalog.
#[derive(Debug)]
pub(super) struct Breaker {
    state: State,
    phase: u64,
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self { state: State::Closed { failures: 0 }, phase: 0 }
    }

    /// Allows a call, or not. After the pause exactly one is allowed until its verdict is known.
    pub(super) fn admit(&mut self, now: Instant) -> Option<Permit> {
        match self.state {
            State::Closed { .. } => {}
            State::Open { until: at } | State::HalfOpen { retry_at: at } if now < at => return None,
            State::Open { .. } | State::HalfOpen { .. } => self.enter(State::HalfOpen { retry_at: now + PROBE_LIMIT }),
        }
        Some(Permit { phase: self.phase })
    }

    /// Takes a permit back with the verdict of its call.
    pub(super) fn record(&mut self, permit: Permit, verdict: Verdict, now: Instant) {
        if permit.phase != self.phase {
            return;
        }
        match (self.state, verdict) {
            (State::Closed { .. }, Verdict::Alive) => self.state = State::Closed { failures: 0 },
            (State::Closed { failures }, Verdict::Failed { .. }) if failures + 1 < FAILURES_TO_OPEN => {
                self.state = State::Closed { failures: failures + 1 };
            }
            (State::HalfOpen { .. }, Verdict::Alive) => self.enter(State::Closed { failures: 0 }),
            (State::HalfOpen { .. }, Verdict::Unknown) => self.enter(State::Open { until: now }),
            (_, Verdict::Failed { pause }) => self.enter(State::Open { until: now + pause }),
            (State::Closed { .. } | State::Open { .. }, _) => {}
        }
    }

    /// Says whether the circuit is open or half open.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.state, State::Closed { .. })
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.phase += 1;
    }
}

/// How long to wait for the verdict of the single call: the maximum duration of an invocation.
const PROBE_LIMIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);
    const FAILED: Verdict = Verdict::Failed { pause: PAUSE };

    fn fail(breaker: &mut Breaker, times: u32, now: Instant) {
        for _ in 0..times {
            let permit = breaker.admit(now).unwrap();
            breaker.record(permit, FAILED, now);
        }
    }

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new();
        fail(&mut breaker, FAILURES_TO_OPEN, now);
        breaker
    }

    #[test]
    fn only_failures_in_a_row_open_the_circuit() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        fail(&mut breaker, FAILURES_TO_OPEN - 1, now);
        let permit = breaker.admit(now).unwrap();
        breaker.record(permit, Verdict::Alive, now);
        fail(&mut breaker, FAILURES_TO_OPEN - 1, now);
        assert!(!breaker.is_open());
        fail(&mut breaker, 1, now);
        assert!(breaker.is_open() && breaker.admit(now).is_none());
    }

    #[test]
    fn a_call_that_we_gave_up_tells_nothing() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        fail(&mut breaker, FAILURES_TO_OPEN - 1, now);
        let permit = breaker.admit(now).unwrap();
        breaker.record(permit, Verdict::Unknown, now);
        assert!(!breaker.is_open());
        fail(&mut breaker, 1, now);
        assert!(breaker.is_open());
    }

    #[test]
    fn after_the_pause_one_call_at_a_time_finds_out() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert!(breaker.admit(now + PAUSE - Duration::from_millis(1)).is_none());
        let later = now + PAUSE;
        let permit = breaker.admit(later).unwrap();
        assert!(breaker.admit(later).is_none(), "a second call went through");
        breaker.record(permit, Verdict::Alive, later);
        assert!(!breaker.is_open() && breaker.admit(later).is_some());
    }

    #[test]
    fn a_failed_try_starts_the_pause_anew() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + PAUSE;
        let permit = breaker.admit(later).unwrap();
        breaker.record(permit, FAILED, later);
        assert!(breaker.admit(later + PAUSE / 2).is_none());
        assert!(breaker.admit(later + PAUSE).is_some());
    }

    #[test]
    fn a_try_without_a_verdict_does_not_block_for_ever() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let lost = breaker.admit(now + PAUSE).unwrap();
        assert!(breaker.admit(now + PAUSE + PROBE_LIMIT).is_some());
        let abandoned = breaker.admit(now + PAUSE + 2 * PROBE_LIMIT).unwrap();
        breaker.record(abandoned, Verdict::Unknown, now + PAUSE + 2 * PROBE_LIMIT);
        assert!(breaker.admit(now + PAUSE + 2 * PROBE_LIMIT).is_some());
        breaker.record(lost, Verdict::Alive, now + PAUSE + 2 * PROBE_LIMIT);
        assert!(breaker.is_open(), "the verdict of a lost call counted");
    }

    #[test]
    fn a_success_that_began_before_the_failures_does_not_close_the_circuit() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        let early = breaker.admit(now).unwrap();
        fail(&mut breaker, FAILURES_TO_OPEN, now);
        breaker.record(early, Verdict::Alive, now);
        assert!(breaker.is_open());
    }
}
