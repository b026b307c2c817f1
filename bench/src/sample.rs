//! Statistics for figures.

/// Returns the median. The order of the values does not matter; without values it is zero.
pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 50)
}

/// Returns the percentile (nearest rank); without values it is zero.
pub(crate) fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Converts a count to a divisor.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark stay far below 2^53")]
pub(crate) fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!([median(&hundred), percentile(&hundred, 99), percentile(&hundred, 100)], [50.0, 99.0, 100.0]);
        assert_eq!([median(&[]), median(&[7.0]), median(&[3.0, 1.0, 2.0])], [0.0, 7.0, 2.0]);
    }
}
