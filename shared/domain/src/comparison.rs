//! Figures computed from two others: averages and changes. Inputs are integers, so that the same figures always give
//! the same text.

/// Returns an average, rounded half up to a whole unit; `None` for a count of 0.
#[must_use]
pub fn average(sum: i64, count: i64) -> Option<i64> {
    if count <= 0 {
        return None;
    }
    let (sum, count) = (i128::from(sum), i128::from(count));
    i64::try_from((2 * sum + count).div_euclid(2 * count)).ok()
}

/// Returns the change of a figure in percent, rounded to hundredths (half away from 0); `None` when it was 0.
///
/// It is relative to the absolute value of the earlier figure, so that an increase is always positive, even when net
/// revenue was below 0.
#[must_use]
pub fn change_percent(now: i64, before: i64) -> Option<f64> {
    let (moved, base) = (i128::from(now) - i128::from(before), i128::from(before).abs());
    if base == 0 {
        return None;
    }
    let hundredths = (2 * 10_000 * moved.abs() + base) / (2 * base);
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 hundredths of a percent nobody reads the last digit")]
    let percent = hundredths as f64 / 100.0;
    Some(if moved < 0 { -percent } else { percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_rounded_half_up() {
        let cases = [((5, 2), 3), ((7, 3), 2), ((8, 3), 3), ((0, 4), 0), ((-5, 2), -2), ((-7, 2), -3), ((-8, 3), -3)];
        for ((sum, count), expected) in cases {
            assert_eq!(average(sum, count), Some(expected), "{sum} / {count}");
        }
        assert_eq!((average(5, 0), average(0, 0)), (None, None));
        assert_eq!(average(i64::MAX, 1), Some(i64::MAX));
    }

    #[test]
    fn a_change_is_in_percent_of_what_was_before() {
        let cases = [
            ((150, 100), Some(50.0)),
            ((50, 100), Some(-50.0)),
            ((100, 100), Some(0.0)),
            ((0, 3), Some(-100.0)),
            ((4, 3), Some(33.33)),
            ((5, 3), Some(66.67)),
            ((1, 3), Some(-66.67)),
            ((10_001, 10_000), Some(0.01)),
            ((20_001, 20_000), Some(0.01)),
            ((50, -100), Some(150.0)),
            ((-200, -100), Some(-100.0)),
            ((5, 0), None),
            ((0, 0), None),
        ];
        for ((now, before), expected) in cases {
            assert_eq!(change_percent(now, before), expected, "{now} after {before}");
        }
        assert!(change_percent(i64::MAX, 1).is_some_and(f64::is_finite));
    }
}
