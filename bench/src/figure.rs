//! One measured figure, with its limit if it has one.

use serde::Serialize;

use crate::hold::Hold;
use crate::sample::median;

/// A figure of the report.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    /// Which part it belongs to.
    pub(crate) part: &'static str,
    /// What was measured.
    pub(crate) case: String,
    /// The unit of `ours` and `limit`.
    pub(crate) unit: &'static str,
    /// Ours: the median of the rounds.
    pub(crate) ours: f64,
    /// The baseline.
    pub(crate) against: &'static str,
    /// The limit: the median of the rounds.
    pub(crate) limit: Option<f64>,
    /// Ours divided by the limit: the median of the ratios of each round, because both saw the same noise.
    pub(crate) ratio: Option<f64>,
    /// The target.
    pub(crate) hold: Option<Hold>,
    /// Every round: ours and the limit.
    pub(crate) rounds: Vec<(f64, f64)>,
}

/// The measurements of several rounds: ours and the limit.
#[derive(Debug, Default)]
pub(crate) struct Rounds(Vec<(f64, f64)>);

impl Rounds {
    /// No rounds yet.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a round.
    pub(crate) fn push(&mut self, ours: f64, limit: f64) {
        self.0.push((ours, limit));
    }

    /// Makes a figure of them.
    pub(crate) fn figure(self, part: &'static str, case: impl Into<String>, unit: &'static str) -> Figure {
        let ratios: Vec<f64> = self.0.iter().map(|(ours, limit)| ours / limit).collect();
        let (ours, limits): (Vec<f64>, Vec<f64>) = self.0.iter().copied().unzip();
        Figure {
            limit: Some(median(&limits)),
            ratio: Some(median(&ratios)),
            rounds: self.0,
            ..Figure::alone(part, case, unit, median(&ours))
        }
    }
}

impl Figure {
    /// A figure without a limit.
    pub(crate) fn alone(part: &'static str, case: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self {
            part,
            case: case.into(),
            unit,
            ours,
            against: "",
            limit: None,
            ratio: None,
            hold: None,
            rounds: Vec::new(),
        }
    }

    /// Sets the baseline.
    pub(crate) fn against(self, against: &'static str) -> Self {
        Self { against, ..self }
    }

    /// Sets the target.
    pub(crate) fn hold(mut self, hold: Hold) -> Self {
        self.hold = Some(hold);
        self
    }

    /// Says whether the target is met; `None` when there is none.
    pub(crate) fn held(&self) -> Option<bool> {
        self.hold.map(|hold| hold.is_held(self.ratio.unwrap_or(self.ours)))
    }
}
