//! How recommendations do, and how two groups of visitors compare.

use std::ops::AddAssign;

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// How many of how many: clicks of impressions, conversions of clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// The part.
    pub part: i64,
    /// The whole.
    pub whole: i64,
}

/// What became of recommended products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Results {
    /// How often they were shown.
    pub impressions: i64,
    /// How often they were clicked.
    pub clicks: i64,
    /// Clicks after which the account bought the product.
    pub conversions: i64,
}

impl AddAssign for Results {
    fn add_assign(&mut self, other: Self) {
        self.impressions += other.impressions;
        self.clicks += other.clicks;
        self.conversions += other.conversions;
    }
}

impl Results {
    /// Returns the clicks of the impressions.
    #[must_use]
    pub const fn clicked(self) -> Share {
        Share { part: self.clicks, whole: self.impressions }
    }

    /// Returns the conversions of the clicks.
    #[must_use]
    pub const fn converted(self) -> Share {
        Share { part: self.conversions, whole: self.clicks }
    }
}

/// How many times as often one group does something as another, with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// The ratio of the two rates; 1 when they are equal.
    pub ratio: f64,
    /// The lower end of the interval. Above 1 the difference is significant at the level of 5 %.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Share {
    /// Returns the rate; `None` of nothing. Above 1 when the part is not one: clicks whose impressions nobody sent.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.whole > 0).then(|| number(self.part) / number(self.whole))
    }
}

/// Returns the ratio of two rates with the interval of Katz: the logarithm of the ratio is taken as normally distributed with the
/// variance 1/a - 1/m + 1/b - 1/n for rates of a/m and b/n.
///
/// `None` when a group has no part or no whole, because the logarithm does not exist, and when its part exceeds its whole, because
/// that is no proportion. Source: D. Katz, J. Baptista, S. P. Azen, M. C. Pike: Obtaining Confidence Intervals for the Risk Ratio
/// in Cohort Studies. Biometrics 34 (1978), 469-474, method C. It takes the events as independent; those of one visitor are not
/// quite, so the true interval is somewhat wider.
#[must_use]
pub fn lift(group: Share, control: Share) -> Option<Lift> {
    let is_proportion = |share: Share| 0 < share.part && share.part <= share.whole;
    if !is_proportion(group) || !is_proportion(control) {
        return None;
    }
    let ratio = group.rate()? / control.rate()?;
    let variance = |share: Share| 1.0 / number(share.part) - 1.0 / number(share.whole);
    let spread = (Z * (variance(group) + variance(control)).sqrt()).exp();
    Some(Lift { ratio, low: ratio / spread, high: ratio * spread })
}

#[expect(clippy::cast_precision_loss, reason = "beyond 2^53 events the last digit of a rate does not matter")]
fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(part: i64, whole: i64) -> Share {
        Share { part, whole }
    }

    #[test]
    fn a_published_interval_is_reproduced() {
        // Moore, McCabe, Craig: Introduction to the Practice of Statistics, 9th edition, example 8.18. Major vascular events with
        // aspirin and with a placebo: "software gives the 95% confidence interval as 0.4364 to 0.8707".
        let found = lift(share(45, 411), share(73, 411)).unwrap();
        assert_eq!(format!("{:.4} to {:.4}", found.low, found.high), "0.4364 to 0.8707");
    }

    #[test]
    fn a_case_computed_by_hand() {
        // 30 of 100 against 20 of 100: variance 1/30 - 1/100 + 1/20 - 1/100 = 0.063333, its root 0.251661,
        // exp(1.959964 x 0.251661) = 1.637625.
        let found = lift(share(30, 100), share(20, 100)).unwrap();
        for (found, expected) in [(found.ratio, 1.5), (found.low, 0.915_961), (found.high, 2.456_437)] {
            assert!((found - expected).abs() < 1e-5, "{found} and not {expected}");
        }
        let back = lift(share(20, 100), share(30, 100)).unwrap();
        assert!((back.low * found.high - 1.0).abs() < 1e-12, "the other way round it is the reciprocal");
    }

    #[test]
    fn groups_in_which_everybody_does_it_are_equal_for_certain() {
        assert_eq!(lift(share(5, 5), share(7, 7)), Some(Lift { ratio: 1.0, low: 1.0, high: 1.0 }));
    }

    #[test]
    fn what_is_no_proportion_has_no_interval() {
        let some = share(3, 10);
        for odd in [share(0, 0), share(0, 10), share(11, 10), share(1, 0)] {
            assert_eq!((lift(some, odd), lift(odd, some)), (None, None), "{odd:?}");
        }
        assert_eq!((share(0, 0).rate(), share(0, 10).rate(), share(3, 10).rate()), (None, Some(0.0), Some(0.3)));
    }
}
