//! What products are ranked by as time passes: the lists, whose products they hold, and the trend.

use std::str::FromStr;

use jiff::Timestamp;

/// A rank list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RankList {
    /// By score.
    Alltime,
    /// By points that halve with time.
    Trending,
    /// By points of this hour and the one before.
    Hour,
    /// By points of this hour and the 24 before.
    Day,
    /// By points of this hour and the 168 before.
    Week,
    /// By points of this hour and the 720 before.
    Month,
    /// By events of a day against those of the day before it.
    Rising,
}

impl RankList {
    /// All lists, in the order of the positions in a row of `rank_position`.
    pub const ALL: [Self; 7] =
        [Self::Alltime, Self::Trending, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Rising];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alltime => "alltime",
            Self::Trending => "trending",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Rising => "rising",
        }
    }
}

/// Whose products a list holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RankScope {
    /// Those of the whole shop.
    Shop,
    /// Those of one category.
    Category(String),
    /// Those of one seller.
    Seller(String),
}

/// After how many hours a point of the trend is worth half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfLife(u16);

/// The number cannot be a half-life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a number of hours from {} to {}", HalfLife::LEAST, HalfLife::MOST)]
pub struct InvalidHalfLife;

impl HalfLife {
    /// The shortest. A [`TrendKey`] has 16 bits for the exponent, which counts half-lives since 2020: enough until
    /// 2064.
    pub const LEAST: u16 = 6;
    /// The longest: the 30 days that the trend looks back.
    pub const MOST: u16 = 720;

    /// Checks a number of hours.
    ///
    /// # Errors
    /// When it is out of range.
    pub fn of_hours(hours: u16) -> Result<Self, InvalidHalfLife> {
        (Self::LEAST..=Self::MOST).contains(&hours).then_some(Self(hours)).ok_or(InvalidHalfLife)
    }

    /// Returns the hours.
    #[must_use]
    pub const fn hours(self) -> u16 {
        self.0
    }
}

/// The trend of a product as a sortable number, the higher the more: the exponent of 2, then the 47 bits after the
/// leading one.
///
/// It is the sum over the hours of 30 days of micro-points x round(2^(hour / half-life) x 2^40), hours counted from
/// 2020: the weights grow instead of the points shrinking, so that time alone changes no order and no stored number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrendKey(pub i64);

impl TrendKey {
    /// Bits after the leading one of the mantissa.
    const MANTISSA_BITS: i32 = 47;
    /// The weights are integers in units of 2^-40.
    const WEIGHT_BITS: f64 = 40.0;
    /// 2020-01-01T00:00:00Z.
    const EPOCH_SECONDS: i64 = 1_577_836_800;

    /// Returns the points as of an hour: what happened in it counts in full, what happened a half-life earlier by half.
    #[must_use]
    pub fn points(self, as_of: Timestamp, half_life: HalfLife) -> f64 {
        let hours = (as_of.as_second() - Self::EPOCH_SECONDS).div_euclid(3_600);
        let exponent = (self.0 >> Self::MANTISSA_BITS) as f64;
        let mantissa = (self.0 & ((1 << Self::MANTISSA_BITS) - 1)) as f64 / f64::from(Self::MANTISSA_BITS).exp2();
        let aged = exponent - Self::WEIGHT_BITS - hours as f64 / f64::from(half_life.0);
        // Whole micro-points, as every other figure has.
        ((1.0 + mantissa) * aged.exp2()).round() / 1e6
    }
}

/// Whether public lists hold announced products only: those that a product event has introduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnouncedOnly {
    /// As soon as the shop has announced one.
    Auto,
    /// Always.
    True,
    /// Never: whatever events name is a product.
    False,
}

/// The text is none of the choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be auto, true or false")]
pub struct InvalidAnnouncedOnly;

impl AnnouncedOnly {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Auto, Self::True, Self::False];

    /// Returns its name in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::True => "true",
            Self::False => "false",
        }
    }
}

impl FromStr for AnnouncedOnly {
    type Err = InvalidAnnouncedOnly;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == text).ok_or(InvalidAnnouncedOnly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of `micros` in one hour, counted from 2020, with a half-life that the hour is a multiple of.
    fn key(micros: i64, half_lives: i64) -> TrendKey {
        let leading = i64::from(micros.ilog2());
        let mantissa = (micros << (47 - leading)) - (1 << 47);
        TrendKey((leading + 40 + half_lives) << 47 | mantissa)
    }

    #[test]
    fn a_point_is_worth_half_after_each_half_life() {
        let day = HalfLife::of_hours(24).unwrap();
        // 2,500 days after the epoch: 2026-11-05.
        let fresh = key(1_300_000, 2_500);
        for (at, points) in [
            ("2026-11-05T00:00:00Z", 1.3),
            ("2026-11-05T00:59:59Z", 1.3),
            ("2026-11-06T00:00:00Z", 0.65),
            ("2026-11-08T00:30:00Z", 0.1625),
            ("2026-11-05T12:00:00Z", 0.919239),
        ] {
            assert_eq!(fresh.points(at.parse().unwrap(), day), points, "{at}");
        }
    }

    #[test]
    fn keys_are_in_the_order_of_what_they_stand_for() {
        assert!(key(1_000_001, 2_500) > key(1_000_000, 2_500));
        assert!(key(1_000_000, 2_501) > key(1_999_999, 2_500));
        assert!(key(1_000_000, 2_501) < key(2_000_001, 2_500));
    }

    #[test]
    fn settings_have_limits() {
        assert_eq!(HalfLife::of_hours(5), Err(InvalidHalfLife));
        assert_eq!(HalfLife::of_hours(721), Err(InvalidHalfLife));
        assert_eq!("yes".parse::<AnnouncedOnly>(), Err(InvalidAnnouncedOnly));
        assert_eq!("auto".parse(), Ok(AnnouncedOnly::Auto));
    }
}
