//! How a figure changed from one span of time to the next.

/// Returns the change in percent, rounded to two decimals; `None` where the figure was not above 0 before, because
/// there is nothing to be a percentage of.
#[must_use]
pub fn percent_change(now: i64, before: i64) -> Option<f64> {
    if before <= 0 {
        return None;
    }
    // Hundredths of a percent, half away from zero: whole numbers, so that every machine rounds alike.
    let (difference, before) = ((i128::from(now) - i128::from(before)) * 10_000, i128::from(before));
    let half = if difference < 0 { -before } else { before };
    let hundredths = (2 * difference + half) / (2 * before);
    Some(hundredths as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_percentage_of_what_was_before() {
        assert_eq!(percent_change(150, 100), Some(50.0));
        assert_eq!(percent_change(50, 100), Some(-50.0));
        assert_eq!(percent_change(0, 7), Some(-100.0));
        assert_eq!(percent_change(-7, 7), Some(-200.0));
        assert_eq!(percent_change(4, 3), Some(33.33));
        assert_eq!(percent_change(5, 3), Some(66.67));
        assert_eq!(percent_change(1, 3), Some(-66.67));
        assert_eq!(percent_change(20_001, 20_000), Some(0.01), "a half goes away from zero");
        assert_eq!(percent_change(i64::MAX, 1), Some(9.223_372_036_854_776e20));
    }

    #[test]
    fn nothing_and_a_loss_have_no_percentage() {
        assert_eq!(percent_change(5, 0), None);
        assert_eq!(percent_change(0, 0), None);
        assert_eq!(percent_change(5, -5), None);
    }
}
