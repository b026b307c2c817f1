//! The request rate: as fast as responses arrive, or at a fixed rate.

use std::time::{Duration, Instant};

/// The request rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// As fast as responses arrive.
    Max,
    /// Interactions per second.
    PerSecond(f64),
}

impl Rate {
    /// Returns when the request after `before` interactions is due; `None` means immediately.
    #[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 interactions")]
    #[must_use]
    pub fn due(self, start: Instant, before: usize) -> Option<Instant> {
        match self {
            Self::Max => None,
            Self::PerSecond(rate) => Some(start + Duration::from_secs_f64(before as f64 / rate)),
        }
    }
}

/// Reads `max` or a number of events per second.
///
/// # Errors
/// When it is neither.
pub fn read_rate(text: &str) -> Result<Rate, String> {
    if text == "max" {
        return Ok(Rate::Max);
    }
    let rate = text.parse::<f64>().ok().filter(|rate| (0.01..=1_000_000.0).contains(rate));
    rate.map(Rate::PerSecond).ok_or_else(|| "must be max, or a number from 0.01 to 1000000".to_owned())
}
