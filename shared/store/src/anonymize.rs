//! Anonymizes the stored data of a person, with every figure, score and order state exactly as before.
//!
//! In the event log and in everything derived from it each customer key becomes a random one, in one transaction: the
//! log and the state folded from it always agree, and no figure counts a customer too many or too few. Locks are taken
//! in the same order as in project-orders: subjects, customers, findings, figures; each by key. Only erasures change
//! existing events, one at a time ([`crate::erasure::lock`]).

use std::collections::BTreeMap;

use domain::fraud::FindingId;
use domain::{Cell, Contribution, CustomerKey, Identities};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::erasure::Counts;
use crate::session::Parameter;
use crate::{StoreError, Transaction, erasure, finding, order_fact, rollup};

/// Replaces every customer key of a person by a random one, in the log and in everything derived from it.
///
/// The transaction holds the erasure lock. Findings about the person's accounts are renamed too. A repetition finds
/// nothing, unless events arrived meanwhile.
///
/// # Errors
/// See [`StoreError`]; the transaction is then unusable.
pub async fn rename_customers(
    transaction: &mut Transaction<'_>,
    identities: &Identities,
) -> Result<Counts, StoreError> {
    let drawn = erasure::draw(transaction, identities.customers.len()).await?;
    let renamed: Renamed = identities.customers.iter().cloned().zip(drawn).collect();
    let names = Names::of(&renamed);
    let subjects = list_subjects(transaction, &names.keys).await?;
    let moved = lock_projections(transaction, &subjects, &renamed).await?;
    let mut counts = Counts::new();
    let mut count = |place: &str, number: usize| {
        *counts.entry(place.to_owned()).or_default() += i64::try_from(number).unwrap_or(i64::MAX);
    };
    // Before the customers, in the order in which consumers write them.
    count("customer_link", remove_links(transaction, &names).await?);
    if !subjects.is_empty() {
        count("shop_event", rename_events(transaction, &subjects, &names).await?);
        rename_projections(transaction, &subjects, &names).await?;
        let orders = subjects.of("order");
        count("sales_order", rename_orders(transaction, &orders, &names).await?);
        count("opinion", rename_opinions(transaction, &subjects, &names).await?);
        count("shop_user", rename_users(transaction, &names).await?);
        count("order_fact", rename_order_facts(transaction, &orders, &names).await?);
    }
    count("finding", rename_findings_of(transaction, identities, &renamed).await?);
    rollup::apply(transaction, &moved).await?;
    count("customer_rollup", moved.iter().count() / 2);
    Ok(counts)
}

/// Each key with its random replacement.
type Renamed = BTreeMap<CustomerKey, CustomerKey>;

/// The keys and their replacements, as columns.
struct Names<'a> {
    keys: Vec<&'a str>,
    erased: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(renamed: &'a Renamed) -> Self {
        let (keys, erased) = renamed.iter().map(|(key, erased)| (key.as_str(), erased.as_str())).unzip();
        Self { keys, erased }
    }
}

/// Subjects as columns.
#[derive(Default)]
struct Subjects {
    kinds: Vec<String>,
    ids: Vec<String>,
}

impl Subjects {
    fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    fn of(&self, kind: &str) -> Vec<&str> {
        self.kinds.iter().zip(&self.ids).filter(|(listed, _)| *listed == kind).map(|(_, id)| &**id).collect()
    }
}

async fn list_subjects(transaction: &mut Transaction<'_>, keys: &[&str]) -> Result<Subjects, StoreError> {
    let rows =
        transaction.query(include_str!("../sql/anonymize/list_subjects.sql"), &[(&keys, Type::TEXT_ARRAY)]).await?;
    let mut subjects = Subjects::default();
    for row in &rows {
        subjects.kinds.push(row.try_get("subject")?);
        subjects.ids.push(row.try_get("subject_id")?);
    }
    Ok(subjects)
}

/// Locks the contributions of the subjects; returns how much spending moves from each key to its replacement.
async fn lock_projections(
    transaction: &mut Transaction<'_>,
    subjects: &Subjects,
    renamed: &Renamed,
) -> Result<Contribution, StoreError> {
    let parameters: [Parameter<'_>; 2] = [(&subjects.kinds, Type::TEXT_ARRAY), (&subjects.ids, Type::TEXT_ARRAY)];
    let rows = transaction.query(include_str!("../sql/anonymize/lock_projections.sql"), &parameters).await?;
    let mut moved = Contribution::default();
    for row in &rows {
        let contribution: Contribution = serde_json::from_str(row.try_get("contribution")?)?;
        for (cell, figures) in contribution.iter() {
            let Cell::Customer { customer_key, currency } = cell else { continue };
            let Some(erased) = renamed.get(&CustomerKey::of_id(customer_key)) else { continue };
            let currency = *currency;
            moved.add(Cell::Customer { customer_key: erased.to_string(), currency }, *figures);
            moved.add(Cell::Customer { customer_key: customer_key.clone(), currency }, -*figures);
        }
    }
    Ok(moved)
}

async fn rename_events(
    transaction: &mut Transaction<'_>,
    subjects: &Subjects,
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    rename_subjects(transaction, include_str!("../sql/anonymize/rename_events.sql"), subjects, names).await
}

async fn rename_projections(
    transaction: &mut Transaction<'_>,
    subjects: &Subjects,
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    rename_subjects(transaction, include_str!("../sql/anonymize/rename_projections.sql"), subjects, names).await
}

async fn rename_opinions(
    transaction: &mut Transaction<'_>,
    subjects: &Subjects,
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    rename_subjects(transaction, include_str!("../sql/anonymize/rename_opinions.sql"), subjects, names).await
}

async fn rename_subjects(
    transaction: &mut Transaction<'_>,
    statement: &str,
    subjects: &Subjects,
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    let parameters: [Parameter<'_>; 4] = [
        (&subjects.kinds, Type::TEXT_ARRAY),
        (&subjects.ids, Type::TEXT_ARRAY),
        (&names.keys, Type::TEXT_ARRAY),
        (&names.erased, Type::TEXT_ARRAY),
    ];
    Ok(transaction.query(statement, &parameters).await?.len())
}

async fn rename_orders(
    transaction: &mut Transaction<'_>,
    orders: &[&str],
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    rename_of_orders(transaction, include_str!("../sql/anonymize/rename_orders.sql"), orders, names).await
}

async fn rename_facts(
    transaction: &mut Transaction<'_>,
    orders: &[&str],
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    rename_of_orders(transaction, include_str!("../sql/anonymize/rename_facts.sql"), orders, names).await
}

async fn rename_of_orders(
    transaction: &mut Transaction<'_>,
    statement: &str,
    orders: &[&str],
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&orders, Type::TEXT_ARRAY), (&names.keys, Type::TEXT_ARRAY), (&names.erased, Type::TEXT_ARRAY)];
    Ok(transaction.query(statement, &parameters).await?.len())
}

async fn rename_users(transaction: &mut Transaction<'_>, names: &Names<'_>) -> Result<usize, StoreError> {
    let parameters: [Parameter<'_>; 2] = [(&names.keys, Type::TEXT_ARRAY), (&names.erased, Type::TEXT_ARRAY)];
    Ok(transaction.query(include_str!("../sql/anonymize/rename_users.sql"), &parameters).await?.len())
}

/// Renames the facts for the rules about orders, under the locks of the customers.
async fn rename_order_facts(
    transaction: &mut Transaction<'_>,
    orders: &[&str],
    names: &Names<'_>,
) -> Result<usize, StoreError> {
    if orders.is_empty() {
        return Ok(0);
    }
    let mut customers = [&*names.keys, &*names.erased].concat();
    customers.sort_unstable();
    order_fact::hold_customers(transaction, &customers).await?;
    let renamed = rename_facts(transaction, orders, names).await?;
    remove_customers(transaction, &customers).await?;
    Ok(renamed)
}

async fn remove_customers(transaction: &mut Transaction<'_>, customers: &[&str]) -> Result<(), StoreError> {
    let statement = include_str!("../sql/anonymize/remove_customers.sql");
    transaction.query(statement, &[(&customers, Type::TEXT_ARRAY)]).await.map(|_| ())
}

async fn remove_links(transaction: &mut Transaction<'_>, names: &Names<'_>) -> Result<usize, StoreError> {
    let parameters: [Parameter<'_>; 2] = [(&names.keys, Type::TEXT_ARRAY), (&names.erased, Type::TEXT_ARRAY)];
    Ok(transaction.query(include_str!("../sql/anonymize/remove_links.sql"), &parameters).await?.len())
}

/// Renames the findings about a person. Their ids are digests that include the subject, so those change as well.
async fn rename_findings_of(
    transaction: &mut Transaction<'_>,
    identities: &Identities,
    renamed: &Renamed,
) -> Result<usize, StoreError> {
    let customers = renamed.iter().map(|(key, erased)| (format!("customer:{key}"), format!("customer:{erased}")));
    let drawn = erasure::draw(transaction, identities.accounts.len()).await?;
    let accounts = identities.accounts.iter().zip(drawn);
    let accounts = accounts.map(|(id, erased)| (format!("account:{id}"), format!("account:{erased}")));
    let subjects: BTreeMap<_, _> = customers.chain(accounts).collect();
    let rows = list_findings(transaction, &subjects.keys().collect::<Vec<_>>()).await?;
    let (mut ids, mut erased_ids, mut erased) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let (rule, subject, window): (&str, String, &str) =
            (row.try_get("rule")?, row.try_get("subject")?, row.try_get("window_name")?);
        let rule = rule.parse().expect("a CHECK constraint vouches for the rule");
        let new_subject = &subjects[&subject];
        ids.push(row.try_get::<_, Uuid>("id")?);
        erased_ids.push(FindingId::of(rule, new_subject, window).0);
        erased.push(&**new_subject);
    }
    if !ids.is_empty() {
        rename_findings(transaction, &ids, &erased_ids, &erased).await?;
        hint_alerts(transaction, &erased_ids).await?;
    }
    Ok(ids.len())
}

async fn list_findings(transaction: &mut Transaction<'_>, subjects: &[&String]) -> Result<Vec<Row>, StoreError> {
    let parameters: [Parameter<'_>; 2] = [(&subjects, Type::TEXT_ARRAY), (&finding::rules(), Type::TEXT_ARRAY)];
    transaction.query(include_str!("../sql/anonymize/list_findings.sql"), &parameters).await
}

async fn rename_findings(
    transaction: &mut Transaction<'_>,
    ids: &[Uuid],
    erased_ids: &[Uuid],
    subjects: &[&str],
) -> Result<(), StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&ids, Type::UUID_ARRAY), (&erased_ids, Type::UUID_ARRAY), (&subjects, Type::TEXT_ARRAY)];
    transaction.query(include_str!("../sql/anonymize/rename_findings.sql"), &parameters).await.map(|_| ())
}

async fn hint_alerts(transaction: &mut Transaction<'_>, ids: &[Uuid]) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/anonymize/hint_alerts.sql"), &[(&ids, Type::UUID_ARRAY)]).await.map(|_| ())
}
