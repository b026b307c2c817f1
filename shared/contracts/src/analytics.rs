//! The figures that admins read: queries and responses.
//!
//! Bodies have no envelope and are in camelCase, amounts in the major unit, as clients of the replaced system expect;
//! each amount is accompanied by the exact integer.

use std::collections::BTreeMap;

use domain::{Currency, Money, Step, TimeSpan, split};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{InvalidQuery, Parameters, SPAN_DEFAULT_DAYS, SPAN_MAX_DAYS};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A checked query of the totals.
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

/// A checked query of local days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysQuery {
    /// From the start of the first day to the end of the last.
    pub span: TimeSpan,
    /// The days with their time spans.
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

/// A checked query of money by local days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueQuery {
    /// The days.
    pub range: DaysQuery,
    /// The currency to show; `None` leaves the choice to the figures.
    pub currency: Option<Currency>,
}

impl RevenueQuery {
    /// Reads decoded query parameters; what is absent goes by the given instant.
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

/// Money that came and went, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Revenue {
    /// Net, in the major unit, exact.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub amount: Amount,
    /// Net, in minor units.
    pub amount_minor: i64,
    /// What came, in minor units.
    pub gross_minor: i64,
    /// What went back, in minor units.
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

/// Everything since the shop began.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Users who registered, those who left included.
    pub total_users: i64,
    /// Orders that are known.
    pub total_orders: i64,
    /// Net revenue in `currency`, in the major unit, exact.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub total_revenue: Amount,
    /// Orders placed on the current local day.
    pub orders_today: i64,
    /// The currency of `totalRevenue`; null when the query names none and nothing was paid.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// Of every currency, in alphabetical order.
    pub revenue_by_currency: Vec<CurrencyRevenue>,
}

/// The revenue of one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrencyRevenue {
    /// The currency.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// Its money.
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
    /// Every day of the range, those with nothing included.
    pub daily_revenue: Vec<DayRevenue>,
}

/// The revenue of a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayRevenue {
    /// The local day.
    pub date: Date,
    /// Its money.
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
    /// The highest net revenue first.
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
    /// Its money.
    #[serde(flatten)]
    pub revenue: Revenue,
}

/// Orders by where they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Orders {
    /// All that are known.
    pub total_orders: i64,
    /// By status in capitals, those with none included.
    pub orders_by_status: BTreeMap<String, i64>,
}

/// Users who registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// Since the shop began, those who left included.
    pub total_users: i64,
    /// Every day of the range, those with nobody included.
    pub daily_users: Vec<DayUsers>,
}

/// Users who registered on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayUsers {
    /// The local day.
    pub date: Date,
    /// How many.
    pub registered: i64,
}

/// Events of the back end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Events {
    /// By service, then type.
    pub event_counts: Vec<EventCount>,
}

/// Events of one service and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EventCount {
    /// The service; empty when it did not say.
    pub service: String,
    /// The normalised name, such as `order_created`.
    pub event_type: String,
    /// How many.
    pub count: i64,
}

#[cfg(test)]
mod tests;
