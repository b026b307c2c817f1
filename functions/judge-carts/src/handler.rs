//! One run: read cart events, evaluate, store findings.

use domain::fraud::{CartEvaluator, CartLimits, Finding};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Error, LambdaEvent};
use platform::{Metric, Metrics};
use serde_json::{Value, json};
use store::{Database, StoreError};

/// Time for purchases that arrive late: back ends report within minutes, their outages end within hours.
const GRACE: SignedDuration = SignedDuration::from_hours(6);
/// The period that a run evaluates: a day, and the day before in case that run was lost.
const EVALUATED: SignedDuration = SignedDuration::from_hours(48);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The log and the findings.
    pub database: Database,
    /// How long a shopper has to buy or remove a product.
    pub abandoned_after: SignedDuration,
}

/// Runs once. May be repeated.
///
/// # Errors
/// When Postgres is down or its schema is not ours; the next run takes over.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let limits = limits(deps.abandoned_after, Timestamp::now());
    let found = evaluate(&deps.database, limits).await.inspect_err(|error| {
        tracing::error!(
            request.id = event.context.request_id,
            error = platform::chain(error),
            "could not evaluate carts"
        );
    })?;
    Metrics::with(&[("Function", "judge-carts")])
        .note("request.id", event.context.request_id)
        .gauge(Metric::CartsLeft, found.len())
        .emit("evaluated carts");
    Ok(json!({ "carts_left": found.len() }))
}

async fn evaluate(database: &Database, limits: CartLimits) -> Result<Vec<Finding>, StoreError> {
    let mut evaluator = CartEvaluator::new(limits);
    store::cart::list_items(database, limits, |item| evaluator.evaluate(item)).await?;
    let findings = evaluator.finish();
    store::cart::save(database, limits, &findings).await?;
    Ok(findings)
}

/// Returns the full hours that can be evaluated now. Full, because a finding covers an hour and must be complete.
fn limits(abandoned_after: SignedDuration, now: Timestamp) -> CartLimits {
    const HOUR: i64 = 3_600;
    let due = now.as_second() - abandoned_after.as_secs() - GRACE.as_secs();
    let to = Timestamp::from_second(due - due.rem_euclid(HOUR)).unwrap_or(now);
    CartLimits { from: to - EVALUATED, to, abandoned_after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_hours_are_evaluated_when_the_time_to_buy_and_the_grace_are_over() {
        let limits = limits(SignedDuration::from_hours(24), "2026-11-20T10:59:59.9Z".parse().unwrap());
        assert_eq!(limits.from.to_string(), "2026-11-17T04:00:00Z");
        assert_eq!(limits.to.to_string(), "2026-11-19T04:00:00Z");
    }
}
