//! Which dead letters go back to work.

use domain::InteractionId;
use store::pending::State;

/// What a message is called that is no hint.
pub(super) const UNREADABLE: &str = "unreadable";
/// What a message is called whose effect was applied meanwhile.
pub(super) const DONE: &str = "done";
/// What a message is called whose row is not parked: its time ran out in an outage.
pub(super) const WAITING: &str = "waiting";

/// Restricts what is put back.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// Only this reason.
    pub(super) reason: Option<String>,
    /// Only what is at least so old, in seconds.
    pub(super) older_than: Option<f64>,
}

/// What a dead letter turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    /// No hint; seconds since it was sent.
    Unreadable { age_seconds: f64 },
    /// A hint at an effect that was applied.
    Done { id: InteractionId },
    /// A hint at a pending row.
    Pending(State),
}

/// What to do with a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It has done its work.
    Delete,
    /// Back to work.
    PutBack,
    /// It stays a dead letter.
    Leave,
}

impl Finding {
    /// The word for the table of counts, which is also what `--reason` takes.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Unreadable { .. } => UNREADABLE,
            Self::Done { .. } => DONE,
            Self::Pending(state) => state.parked_reason.as_deref().unwrap_or(WAITING),
        }
    }

    /// The interaction, when the message names one.
    pub(super) fn id(&self) -> Option<InteractionId> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Done { id } => Some(*id),
            Self::Pending(state) => Some(state.id),
        }
    }
}

impl Filter {
    pub(super) fn decide(&self, finding: &Finding) -> Decision {
        let matches = match finding {
            // Whatever the filter: nothing is left to do.
            Finding::Done { .. } => return Decision::Delete,
            // It would only come back, unless a person knows that it can be read now.
            Finding::Unreadable { age_seconds } => {
                self.reason.as_deref() == Some(UNREADABLE) && self.is_old_enough(*age_seconds)
            }
            Finding::Pending(state) => self.matches(state),
        };
        if matches { Decision::PutBack } else { Decision::Leave }
    }

    /// Whether a pending row is meant.
    pub(super) fn matches(&self, state: &State) -> bool {
        let reason = state.parked_reason.as_deref().unwrap_or(WAITING);
        self.reason.as_deref().is_none_or(|wanted| wanted == reason) && self.is_old_enough(state.age_seconds)
    }

    fn is_old_enough(&self, age_seconds: f64) -> bool {
        self.older_than.is_none_or(|least| age_seconds >= least)
    }
}

/// Reads an age such as `90s`, `30m`, `1h` or `2d` into seconds.
pub(super) fn read_age(text: &str) -> Result<f64, String> {
    let unit_seconds = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 60 * 60,
        Some('d') => 24 * 60 * 60,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse::<u32>().ok());
    match number {
        Some(number) if unit_seconds > 0 => Ok(f64::from(number) * f64::from(unit_seconds)),
        _ => Err("must be a whole number with a unit: 90s, 30m, 1h or 2d".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(reason: Option<&str>, age_seconds: f64) -> Finding {
        Finding::Pending(State { id: InteractionId(1), parked_reason: reason.map(str::to_owned), age_seconds })
    }

    fn filter(reason: Option<&str>, older_than: Option<f64>) -> Filter {
        Filter { reason: reason.map(str::to_owned), older_than }
    }

    #[test]
    fn what_is_done_is_deleted_whatever_the_filter() {
        let done = Finding::Done { id: InteractionId(1) };
        assert_eq!(filter(None, None).decide(&done), Decision::Delete);
        assert_eq!(filter(Some("feed_refused"), Some(1e9)).decide(&done), Decision::Delete);
    }

    #[test]
    fn a_row_goes_back_when_reason_and_age_match() {
        let refused = pending(Some("catalog_refused_404"), 3600.0);
        assert_eq!(filter(None, None).decide(&refused), Decision::PutBack);
        assert_eq!(filter(Some("catalog_refused_404"), Some(3600.0)).decide(&refused), Decision::PutBack);
        assert_eq!(filter(Some("catalog_refused_404"), Some(3601.0)).decide(&refused), Decision::Leave);
        assert_eq!(filter(Some("catalog_refused_40"), None).decide(&refused), Decision::Leave);
        assert_eq!(filter(Some(WAITING), None).decide(&pending(None, 0.0)), Decision::PutBack);
        assert_eq!(filter(Some("feed_refused"), None).decide(&pending(None, 0.0)), Decision::Leave);
    }

    #[test]
    fn the_unreadable_goes_back_only_when_asked_for() {
        let unreadable = Finding::Unreadable { age_seconds: 10.0 };
        assert_eq!(filter(None, None).decide(&unreadable), Decision::Leave);
        assert_eq!(filter(Some(UNREADABLE), None).decide(&unreadable), Decision::PutBack);
        assert_eq!(filter(Some(UNREADABLE), Some(11.0)).decide(&unreadable), Decision::Leave);
    }

    #[test]
    fn an_age_is_a_number_with_a_unit() {
        assert_eq!(read_age("90s"), Ok(90.0));
        assert_eq!(read_age("2d"), Ok(172_800.0));
        for bad in ["", "h", "1", "-1h", "1.5h", "1w", "1hh", "1ü"] {
            assert!(read_age(bad).is_err(), "{bad}");
        }
    }
}
