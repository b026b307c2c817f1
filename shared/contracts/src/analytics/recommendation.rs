//! How recommendations do: impressions, clicks and conversions, and how the control group compares.

use domain::recommendation::{Arm, Lift, Placement, Results, lift};
use jiff::civil::Date;
use serde::Serialize;

/// How recommendations did in a range of UTC days.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecommendationResults {
    /// Every day and placement with events.
    pub days: Vec<PlacementDay>,
    /// The whole range, of the placements that have a control group.
    pub compared: Compared,
}

/// The results of a placement on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacementDay {
    /// The UTC day of the impressions and clicks.
    pub date: Date,
    /// The placement, as in the recommendation id.
    pub placement: &'static str,
    /// Of recommendations from what was learned.
    pub learned: ArmResults,
    /// Of the control group, which gets only what is popular; null where there is none.
    pub control: Option<ArmResults>,
}

/// The results of one group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ArmResults {
    /// Events `product_impression` that name a recommendation.
    pub impressions: i64,
    /// Events `click_from_recommendation` that name a recommendation.
    pub clicks: i64,
    /// Those clicks after which the account bought the product within 7 days, by the day of the click.
    pub conversions: i64,
    /// Clicks per impression; null without impressions.
    pub click_rate: Option<f64>,
    /// Conversions per click; null without clicks.
    pub conversion_rate: Option<f64>,
}

/// What was learned beside the control group, in the placements `session` and `personal`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// Of recommendations from what was learned.
    pub learned: ArmResults,
    /// Of the control group.
    pub control: ArmResults,
    /// How many times the click rate of the control group is reached; null while either has no click.
    pub click_lift: Option<ShownLift>,
    /// How many times its conversion rate is reached; null while either has no conversion.
    pub conversion_lift: Option<ShownLift>,
}

/// The ratio of two rates, with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownLift {
    /// The ratio: 1 when the rates are equal.
    pub ratio: f64,
    /// The lower end of the interval; above 1 the difference is significant.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl RecommendationResults {
    /// Arranges results that are sorted by day and placement.
    #[must_use]
    pub fn of(rows: impl Iterator<Item = (Date, Placement, Arm, Results)>) -> Self {
        let (mut days, mut learned, mut control) = (Vec::<PlacementDay>::new(), Results::default(), Results::default());
        for (date, placement, arm, results) in rows {
            if days.last().is_none_or(|day| (day.date, day.placement) != (date, placement.as_str())) {
                days.push(PlacementDay::of(date, placement));
            }
            let Some(day) = days.last_mut() else { continue };
            match arm {
                Arm::Learned => day.learned = results.into(),
                Arm::Control => day.control = Some(results.into()),
            }
            if placement.has_control_group() {
                *if arm == Arm::Learned { &mut learned } else { &mut control } += results;
            }
        }
        Self { days, compared: Compared::of(learned, control) }
    }
}

impl PlacementDay {
    fn of(date: Date, placement: Placement) -> Self {
        let none = ArmResults::from(Results::default());
        let control = placement.has_control_group().then_some(none);
        Self { date, placement: placement.as_str(), learned: none, control }
    }
}

impl Compared {
    fn of(learned: Results, control: Results) -> Self {
        Self {
            learned: learned.into(),
            control: control.into(),
            click_lift: lift(learned.clicked(), control.clicked()).map(ShownLift::from),
            conversion_lift: lift(learned.converted(), control.converted()).map(ShownLift::from),
        }
    }
}

impl From<Results> for ArmResults {
    fn from(results: Results) -> Self {
        Self {
            impressions: results.impressions,
            clicks: results.clicks,
            conversions: results.conversions,
            click_rate: results.clicked().rate().map(rounded),
            conversion_rate: results.converted().rate().map(rounded),
        }
    }
}

impl From<Lift> for ShownLift {
    fn from(lift: Lift) -> Self {
        Self { ratio: rounded(lift.ratio), low: rounded(lift.low), high: rounded(lift.high) }
    }
}

/// Rounds to millionths.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The route in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;

    use super::RecommendationResults;
    use crate::openapi::description::Description;
    use crate::openapi::figures::of_utc_days;

    pub(crate) fn results() -> Description {
        let arm = |impressions, clicks, conversions, click_rate, conversion_rate| {
            json!({ "impressions": impressions, "clicks": clicks, "conversions": conversions,
                    "clickRate": click_rate, "conversionRate": conversion_rate })
        };
        let (learned, control) = (arm(900, 45, 9, 0.05, 0.2), arm(100, 4, 0, 0.04, 0.0));
        let example = json!({
            "days": [{ "date": "2026-11-20", "placement": "session", "learned": learned, "control": control }],
            "compared": { "learned": learned, "control": control,
                          "clickLift": { "ratio": 1.25, "low": 0.459_15, "high": 3.403_03 }, "conversionLift": null },
        });
        let id = ("showRecommendationResults", "Shows how recommendations do", "RecommendationResults");
        Description::bare::<RecommendationResults>(of_utc_days(id, example))
            .description("For admins. Days are those of UTC.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_both_groups_and_only_comparable_placements_are_compared() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let some = |impressions, clicks, conversions| Results { impressions, clicks, conversions };
        let (first, second) = (date("2026-11-19"), date("2026-11-20"));
        let rows = [
            (first, Placement::Session, Arm::Control, some(50, 10, 1)),
            (first, Placement::Session, Arm::Learned, some(60, 20, 2)),
            (first, Placement::Viewed, Arm::Learned, some(1_000, 1, 0)),
            (second, Placement::Personal, Arm::Control, some(50, 10, 0)),
            (second, Placement::Personal, Arm::Learned, some(40, 10, 0)),
            (second, Placement::Session, Arm::Learned, some(0, 0, 0)),
        ];
        let found = RecommendationResults::of(rows.into_iter());
        let days = found.days.iter().map(|day| {
            let control = day.control.map(|arm| arm.clicks);
            format!("{} {} {} {control:?} {:?}", day.date, day.placement, day.learned.clicks, day.learned.click_rate)
        });
        assert_eq!(
            days.collect::<Vec<_>>(),
            [
                "2026-11-19 session 20 Some(10) Some(0.333333)",
                "2026-11-19 viewed 1 None Some(0.001)",
                "2026-11-20 personal 10 Some(10) Some(0.25)",
                "2026-11-20 session 0 Some(0) None",
            ]
        );
        let compared = found.compared;
        assert_eq!((compared.learned.clicks, compared.learned.click_rate), (30, Some(0.3)));
        // As computed by hand in domain::recommendation.
        assert_eq!(compared.click_lift, Some(ShownLift { ratio: 1.5, low: 0.915_961, high: 2.456_437 }));
        assert!(compared.conversion_lift.is_some());
    }

    #[test]
    fn of_nothing_there_is_no_rate_and_no_lift() {
        let found = serde_json::to_string(&RecommendationResults::of(std::iter::empty())).unwrap();
        let none = r#"{"impressions":0,"clicks":0,"conversions":0,"clickRate":null,"conversionRate":null}"#;
        assert_eq!(
            found,
            format!(
                r#"{{"days":[],"compared":{{"learned":{none},"control":{none},"clickLift":null,"conversionLift":null}}}}"#
            )
        );
    }
}
