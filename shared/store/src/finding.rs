//! Findings: table `finding`.

use domain::Micros;
use domain::fraud::{ActorPoints, Evidence, Finding, FindingId, OrderFact, Rule};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::session::Parameter;
use crate::{Database, StoreError, Transaction};

/// What one transaction stores of many findings.
pub(crate) const FINDINGS_A_TRANSACTION: usize = 500;

/// Stores findings, each once, and the alerts that they owe. Returns the new findings that owe one; of those that
/// were found before, only the evidence is brought up to date.
///
/// Findings that were history when what they rest on was reported have no alert.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub async fn record(
    transaction: &mut Transaction<'_>,
    findings: &[Finding],
    is_historical: impl Fn(&Finding) -> bool,
) -> Result<Vec<FindingId>, StoreError> {
    if findings.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = findings.iter().map(|finding| finding.id().0).collect();
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let subjects: Vec<_> = findings.iter().map(|finding| finding.subject.to_string()).collect();
    let windows: Vec<_> = findings.iter().map(|finding| finding.window.to_string()).collect();
    let evidence: Vec<_> = findings.iter().map(|finding| written(&finding.evidence).to_string()).collect();
    let historical: Vec<_> = findings.iter().map(is_historical).collect();
    let alerts: Vec<_> = findings.iter().zip(&historical).map(|(finding, old)| finding.rule.alerts() && !old).collect();
    let parameters: [Parameter<'_>; 7] = [
        (&ids, Type::UUID_ARRAY),
        (&rules, Type::TEXT_ARRAY),
        (&subjects, Type::TEXT_ARRAY),
        (&windows, Type::TEXT_ARRAY),
        (&evidence, Type::TEXT_ARRAY),
        (&alerts, Type::BOOL_ARRAY),
        (&historical, Type::BOOL_ARRAY),
    ];
    let rows = transaction.call("record_findings", &parameters).await?;
    let owed = rows.iter().filter(|row| matches!(row.try_get("owed"), Ok(true)));
    owed.map(|row| Ok(FindingId(row.try_get("id")?))).collect()
}

/// Stores findings that rest on something else than new orders, each once. May be repeated.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(database: &Database, findings: &[Finding]) -> Result<(), StoreError> {
    for part in findings.chunks(FINDINGS_A_TRANSACTION) {
        let mut transaction = database.begin().await?;
        record(&mut transaction, part, |_| false).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Returns the names of all rules, for statements that look for what any rule found: the index begins with the rule.
pub(crate) fn rules() -> Vec<&'static str> {
    Rule::ALL.map(Rule::as_str).into()
}

/// A finding as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its id.
    pub id: FindingId,
    /// The rule.
    pub rule: Rule,
    /// Whom it is about: `customer:<key>`, `order:<id>`, `account:<id>` or `product:<id>`.
    pub subject: String,
    /// The hour (UTC) in which the window ends, `order:<id>`, or the day (UTC) of a product.
    pub window: String,
    /// The evidence, a JSON object.
    pub evidence: String,
    /// Whether it was history when it was reported, so that no alert was sent.
    pub historical: bool,
    /// When it was found.
    pub date_created: Timestamp,
    /// When its evidence last grew.
    pub date_updated: Timestamp,
}

/// Where a page begins: after a finding, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageStart {
    /// When that finding was found.
    pub date_created: Timestamp,
    /// Its id.
    pub id: FindingId,
}

impl PageStart {
    /// Before the newest finding.
    pub const NEWEST: Self = Self { date_created: Timestamp::MAX, id: FindingId(Uuid::max()) };
}

/// Reads the `limit` findings after a start, newest first, of one rule or of all. The cost does not depend on the
/// depth.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    database: &Database,
    rule: Option<Rule>,
    after: PageStart,
    limit: u32,
) -> Result<Vec<Stored>, StoreError> {
    let rows = match rule {
        None => list_newest(database, after, limit).await?,
        Some(rule) => list_newest_of_rule(database, rule, after, limit).await?,
    };
    rows.iter().map(stored).collect()
}

/// Finds one by its id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(database: &Database, id: FindingId) -> Result<Option<Stored>, StoreError> {
    let rows = database.query(include_str!("../sql/finding/find.sql"), &[(&id.0, Type::UUID)]).await?;
    rows.first().map(stored).transpose()
}

async fn list_newest(database: &Database, after: PageStart, limit: u32) -> Result<Vec<Row>, StoreError> {
    let limit = i64::from(limit);
    let parameters: [Parameter<'_>; 3] =
        [(&after.date_created, Type::TIMESTAMPTZ), (&after.id.0, Type::UUID), (&limit, Type::INT8)];
    database.query(include_str!("../sql/finding/list_newest.sql"), &parameters).await
}

async fn list_newest_of_rule(
    database: &Database,
    rule: Rule,
    after: PageStart,
    limit: u32,
) -> Result<Vec<Row>, StoreError> {
    let (limit, rule) = (i64::from(limit), rule.as_str());
    let parameters: [Parameter<'_>; 4] = [
        (&after.date_created, Type::TIMESTAMPTZ),
        (&after.id.0, Type::UUID),
        (&limit, Type::INT8),
        (&rule, Type::TEXT),
    ];
    database.query(include_str!("../sql/finding/list_newest_of_rule.sql"), &parameters).await
}

/// Reads a row that has the columns of the table.
pub(crate) fn stored(row: &Row) -> Result<Stored, StoreError> {
    let rule: &str = row.try_get("rule")?;
    Ok(Stored {
        id: FindingId(row.try_get("id")?),
        rule: rule.parse().expect("a CHECK constraint vouches for the rule"),
        subject: row.try_get("subject")?,
        window: row.try_get("window_name")?,
        evidence: row.try_get("evidence")?,
        historical: row.try_get("historical")?,
        date_created: row.try_get("date_created")?,
        date_updated: row.try_get("date_updated")?,
    })
}

/// Writes evidence as it is stored and sent. No field holds personal data: customers are keys.
fn written(evidence: &Evidence) -> Value {
    match evidence {
        Evidence::Orders { count, from, to, orders } => json!({
            "order_count": count, "from": from, "to": to, "orders": orders.iter().map(order).collect::<Vec<_>>(),
        }),
        Evidence::Order { order: fact, limit_minor } => json!({ "order": order(fact), "limit_minor": limit_minor }),
        Evidence::Cart { count, from, to, products } => {
            json!({ "product_count": count, "from": from, "to": to, "products": products })
        }
        Evidence::Push { from, to, points: all, held, actor_count, strongest } => json!({
            "points": points(*all), "share": share(*held, *all), "actor_count": actor_count, "from": from, "to": to,
            "strongest": strongest.iter().map(actor).collect::<Vec<_>>(),
        }),
    }
}

fn actor(actor: &ActorPoints) -> Value {
    json!({ "kind": actor.kind.as_str(), "points": points(actor.points) })
}

/// Points as readers get them.
fn points(micros: Micros) -> f64 {
    micros.0 as f64 / 1e6
}

/// A share with two decimals.
fn share(part: Micros, whole: Micros) -> f64 {
    (part.0 as f64 / whole.0.max(1) as f64 * 100.0).round() / 100.0
}

fn order(fact: &OrderFact) -> Value {
    json!({
        "order_id": fact.order_id, "placed_at": fact.placed_at, "currency": fact.currency.as_str(),
        "amount_minor": fact.amount_minor,
    })
}
