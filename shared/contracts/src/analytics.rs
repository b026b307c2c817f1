//! The figures that admins read: queries and responses.
//!
//! Bodies have no envelope and are in camelCase, amounts in the major unit, as clients of the replaced system expect;
//! each amount is accompanied by the exact integer.

pub(crate) mod flow;
pub(crate) mod recommendation;

use std::collections::BTreeMap;

use domain::{Currency, Money, Step, TimeSpan, split};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{InvalidQuery, Parameters, SPAN_DEFAULT_DAYS, SPAN_MAX_DAYS};

pub use flow::{DeadLetters, ExcludedActor, Flow, FlowConservation, ParkedExample, ParkedReason, SinkFlow};
pub use recommendation::{ArmResults, Compared, PlacementDay, RecommendationResults, ShownLift};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A validated query for the totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalsQuery {
    /// The current local day.
    pub today: TimeSpan,
    /// The currency to show; `None` leaves the choice to the figures.
    pub currency: Option<Currency>,
}

impl TotalsQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["tz", "currency"])?;
        let zone = parameters.zone()?;
        let today = TimeSpan { start: Step::Day.start(now, &zone), end: Step::Day.start_after(now, 1, &zone) };
        Ok(Self { today, currency: parameters.currency()? })
    }
}

/// A validated query for local days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysQuery {
    /// From the start of the first day to the end of the last.
    pub span: TimeSpan,
    /// The days with their time spans, at least one.
    pub days: Vec<(Date, TimeSpan)>,
}

impl DaysQuery {
    /// Reads decoded query parameters; absent ones default relative to the given instant.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        Self::of(&Parameters::read(given, &["from", "to", "tz"])?, now)
    }

    /// Reads the parameters of figures that exist by UTC day only.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read_utc<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        Self::of(&Parameters::read(given, &["from", "to"])?, now)
    }

    /// Returns the first and the last day.
    #[must_use]
    pub fn bounds(&self) -> (Date, Date) {
        (self.days[0].0, self.days[self.days.len() - 1].0)
    }

    fn of(parameters: &Parameters<'_>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let zone = parameters.zone()?;
        let to = parameters.date("to")?.unwrap_or_else(|| zone.date(now).saturating_add(DAY));
        let from = parameters.date("from")?;
        let from = from.unwrap_or_else(|| to.saturating_sub(DAY * i32::try_from(SPAN_DEFAULT_DAYS).unwrap_or(30)));
        let days = to.duration_since(from).as_hours() / 24;
        if days <= 0 {
            return Err(InvalidQuery::Empty { start: "from", end: "to" });
        }
        if days > SPAN_MAX_DAYS {
            return Err(InvalidQuery::TooLong { start: "from", end: "to" });
        }
        let span = TimeSpan { start: zone.start_of(from), end: zone.start_of(to) };
        let days = split(span, Step::Day, &zone).into_iter().map(|(start, day)| (zone.date(start), day)).collect();
        Ok(Self { span, days })
    }
}

/// A validated query for amounts by local day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueQuery {
    /// The days.
    pub range: DaysQuery,
    /// The currency to show; `None` leaves the choice to the figures.
    pub currency: Option<Currency>,
}

impl RevenueQuery {
    /// Reads decoded query parameters; absent ones default relative to the given instant.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["from", "to", "tz", "currency"])?;
        Ok(Self { range: DaysQuery::of(&parameters, now)?, currency: parameters.currency()? })
    }
}

/// An amount as a JSON number in the major unit with the decimals of its currency, never via floating point. Without a
/// currency the amount is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(pub Option<Money>);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.map_or_else(|| "0".to_owned(), Money::to_decimal);
        RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// Payments and refunds in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Revenue {
    /// Net revenue in the major unit, exact.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub amount: Amount,
    /// Net revenue in minor units.
    pub amount_minor: i64,
    /// Gross revenue (payments) in minor units.
    pub gross_minor: i64,
    /// Refunds and chargebacks in minor units.
    pub refund_minor: i64,
}

impl Revenue {
    /// Builds it from payments and refunds, in minor units.
    #[must_use]
    pub fn of(currency: Option<Currency>, gross_minor: i64, refund_minor: i64) -> Self {
        let amount_minor = gross_minor - refund_minor;
        let amount = Amount(currency.map(|currency| Money { minor: amount_minor, currency }));
        Self { amount, amount_minor, gross_minor, refund_minor }
    }
}

/// All-time totals.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Registered users, including deleted ones.
    pub total_users: i64,
    /// All known orders.
    pub total_orders: i64,
    /// Net revenue in `currency`, in the major unit, exact.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub total_revenue: Amount,
    /// Orders placed on the current local day.
    pub orders_today: i64,
    /// The currency of `totalRevenue`; null when the query names none and nothing was paid.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// Revenue of every currency, in alphabetical order.
    pub revenue_by_currency: Vec<CurrencyRevenue>,
}

/// The revenue of one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrencyRevenue {
    /// The currency.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// Its revenue.
    #[serde(flatten)]
    pub revenue: Revenue,
}

/// Revenue by day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DailyRevenue {
    /// The currency; null when the query names none and nothing was paid.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// Every day of the range, including days without revenue.
    pub daily_revenue: Vec<DayRevenue>,
}

/// The revenue of a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayRevenue {
    /// The local day.
    pub date: Date,
    /// Its revenue.
    #[serde(flatten)]
    pub revenue: Revenue,
}

/// Revenue by payment method.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PaymentMethods {
    /// The currency; null when the query names none and nothing was paid.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// Sorted by net revenue, highest first.
    pub payment_methods: Vec<MethodRevenue>,
}

/// The revenue of a payment method.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MethodRevenue {
    /// The method; `unknown` when no event named one.
    pub method: String,
    /// Paid orders.
    pub orders: i64,
    /// Its revenue.
    #[serde(flatten)]
    pub revenue: Revenue,
}

/// Orders by current status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Orders {
    /// All known orders.
    pub total_orders: i64,
    /// Orders by status in upper case, including statuses without orders.
    pub orders_by_status: BTreeMap<String, i64>,
}

/// Registered users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// All-time total, including deleted users.
    pub total_users: i64,
    /// Every day of the range, including days without registrations.
    pub daily_users: Vec<DayUsers>,
}

/// Registrations of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayUsers {
    /// The local day.
    pub date: Date,
    /// The number.
    pub registered: i64,
}

/// Back-end events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Events {
    /// Sorted by service, then type.
    pub event_counts: Vec<EventCount>,
}

/// Events of one service and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EventCount {
    /// The service; empty when the event named none.
    pub service: String,
    /// The normalized event type, such as `order_created`.
    pub event_type: String,
    /// The number.
    pub count: i64,
}

#[cfg(test)]
mod tests;
