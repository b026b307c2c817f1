//! Selects the dead letters to redrive.

use super::assessment::{Assessment, Parked, Standing};

/// Restricts what is redriven.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// Only this reason.
    pub(super) reason: Option<String>,
    /// Only what is at least this old, in seconds.
    pub(super) older_than: Option<f64>,
}

/// What to do with a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It has done its work.
    Delete,
    /// Redrive it.
    PutBack,
    /// It stays a dead letter.
    Leave,
}

impl Filter {
    pub(super) fn decide(&self, assessment: &Assessment) -> Decision {
        let matches = match assessment.standing {
            // Whatever the filter: nothing is left to do.
            Standing::Done => return Decision::Delete,
            Standing::Stuck => self.reason.is_some() && self.matches(&assessment.reason, assessment.age_seconds),
            Standing::Owed => self.matches(&assessment.reason, assessment.age_seconds),
        };
        if matches { Decision::PutBack } else { Decision::Leave }
    }

    /// Whether a parked row is selected.
    pub(super) fn means(&self, row: &Parked) -> bool {
        self.matches(&row.reason, row.age_seconds)
    }

    fn matches(&self, reason: &str, age_seconds: f64) -> bool {
        let is_old_enough = self.older_than.is_none_or(|least| age_seconds >= least);
        self.reason.as_deref().is_none_or(|wanted| wanted == reason) && is_old_enough
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
    use super::super::assessment::{CONFLICT, DONE, UNREADABLE};
    use super::*;

    fn assessment(standing: Standing, reason: &str, age_seconds: f64) -> Assessment {
        Assessment { standing, reason: reason.to_owned(), age_seconds, key: None }
    }

    fn filter(reason: Option<&str>, older_than: Option<f64>) -> Filter {
        Filter { reason: reason.map(str::to_owned), older_than }
    }

    #[test]
    fn what_is_done_is_deleted_whatever_the_filter() {
        let done = assessment(Standing::Done, DONE, 0.0);
        assert_eq!(filter(None, None).decide(&done), Decision::Delete);
        assert_eq!(filter(Some("feed_refused"), Some(1e9)).decide(&done), Decision::Delete);
    }

    #[test]
    fn what_is_owed_goes_back_when_reason_and_age_match() {
        let refused = assessment(Standing::Owed, "catalog_refused_410", 3600.0);
        assert_eq!(filter(None, None).decide(&refused), Decision::PutBack);
        assert_eq!(filter(Some("catalog_refused_410"), Some(3600.0)).decide(&refused), Decision::PutBack);
        assert_eq!(filter(Some("catalog_refused_410"), Some(3601.0)).decide(&refused), Decision::Leave);
        assert_eq!(filter(Some("catalog_refused_41"), None).decide(&refused), Decision::Leave);
    }

    #[test]
    fn what_is_stuck_goes_back_only_when_asked_for() {
        for reason in [UNREADABLE, CONFLICT] {
            let stuck = assessment(Standing::Stuck, reason, 10.0);
            assert_eq!(filter(None, None).decide(&stuck), Decision::Leave);
            assert_eq!(filter(Some(reason), None).decide(&stuck), Decision::PutBack);
            assert_eq!(filter(Some(reason), Some(11.0)).decide(&stuck), Decision::Leave);
        }
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
