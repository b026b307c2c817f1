//! Recommendations, and the rules with which the shop corrects them: function `recommend`, table `merchandising_rule`.
//!
//! A recommendation is one call, which reads what update-catalog has learned and what it has not learned yet. The caller
//! arranges the candidates (`domain::recommendation::arrange`). A rule is never changed, and removing one keeps its row.

use domain::recommendation::{Candidate, NewRule, Placement, RULES_MAX, Reason, RuleAction, RuleTarget, Source};
use domain::{Actor, ProductId};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::popularity::product_id;
use crate::session::Parameter;
use crate::{Database, StoreError, Transaction};

/// What recommendations begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// These products.
    Products(&'a [ProductId]),
    /// What happened in a session.
    Session(&'a str),
    /// What an account did.
    Account(Uuid),
}

impl Subject<'_> {
    /// Returns whose events that are not learned yet are looked at.
    #[must_use]
    pub fn actor(self) -> Option<Actor> {
        match self {
            Self::Products(_) => None,
            Self::Session(id) => Some(Actor::of_session(id)),
            Self::Account(id) => Some(Actor::of_account(id)),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where it is shown.
    pub placement: Placement,
    /// What it begins with.
    pub subject: Subject<'a>,
    /// Products that are not wanted, or SKUs.
    pub hidden: &'a [ProductId],
    /// The marks of the products that earlier pages showed.
    pub shown: &'a [i64],
    /// The only category that is wanted.
    pub category_id: Option<&'a str>,
    /// How many candidates, besides pinned ones.
    pub size: u32,
    /// Whether only what is popular is wanted.
    pub popular_only: bool,
}

/// How candidates are scored: the sum over the products of strength / (place + 1) / (weight of the product ^
/// `source_exponent` x weight of the candidate ^ `target_exponent`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scoring {
    /// 0: what many look at leads as far as what few look at. 1: its strengths are shares.
    pub source_exponent: f64,
    /// 0: what many look at is recommended most. 1: only how specific a partner is counts.
    pub target_exponent: f64,
    /// How much more a product counts that the visitor met before than the best partner.
    pub return_weight: f64,
}

/// Returns the candidates, those of rules first, then the best, then what is popular. In one round trip.
///
/// # Errors
/// See [`StoreError`].
pub async fn recommend(
    database: &Database,
    question: Question<'_>,
    scoring: Scoring,
) -> Result<Vec<Candidate>, StoreError> {
    let ids = |ids: &[ProductId]| ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
    let (products, session, account) = match question.subject {
        Subject::Products(products) => (ids(products), None, None),
        Subject::Session(id) => (Vec::new(), Some(id), None),
        Subject::Account(id) => (Vec::new(), None, Some(id)),
    };
    let actors: Vec<_> = question.subject.actor().map(Actor::as_uuid).into_iter().collect();
    let hidden = ids(question.hidden);
    let parameters: [Parameter<'_>; 13] = [
        (&question.placement.as_str(), Type::TEXT),
        (&products, Type::TEXT_ARRAY),
        (&session, Type::TEXT),
        (&account, Type::UUID),
        (&actors, Type::UUID_ARRAY),
        (&hidden, Type::TEXT_ARRAY),
        (&question.shown, Type::INT8_ARRAY),
        (&question.category_id, Type::TEXT),
        (&i64::from(question.size), Type::INT8),
        (&scoring.source_exponent, Type::FLOAT8),
        (&scoring.target_exponent, Type::FLOAT8),
        (&scoring.return_weight, Type::FLOAT8),
        (&question.popular_only, Type::BOOL),
    ];
    let rows = database.call("recommend", &parameters).await?;
    rows.iter().map(candidate).collect()
}

fn candidate(row: &Row) -> Result<Candidate, StoreError> {
    let (source, because): (&str, Option<&str>) = (row.try_get("source")?, row.try_get("because")?);
    let reason = match because {
        Some(_) => Some(Reason { because: product_id(row, "because")?, event_type: row.try_get("event_type")? }),
        None => None,
    };
    let pinned_at: Option<i32> = row.try_get("pinned_at")?;
    Ok(Candidate {
        product_id: product_id(row, "product_id")?,
        score: row.try_get("score")?,
        source: named(&Source::ALL, Source::as_str, source),
        reason,
        category_id: row.try_get("category_id")?,
        seller_id: row.try_get("seller_id")?,
        pinned_at: pinned_at.and_then(|at| u32::try_from(at).ok()),
        mark: row.try_get("mark")?,
    })
}

/// A rule as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub content: NewRule,
    /// The subject of the admin's token.
    pub created_by: String,
    /// When it was added.
    pub date_created: Timestamp,
}

/// The outcome of adding a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    /// It is stored.
    New(Rule),
    /// A rule that does the same to the same at the same place stands for a part of its time.
    Twice(i64),
    /// So many rules stand that no other fits.
    TooMany,
}

/// Lists the rules that are in force or will be, the oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_rules(database: &Database) -> Result<Vec<Rule>, StoreError> {
    let rows = database.query(include_str!("../sql/recommendation/list_rules.sql"), &[]).await?;
    rows.iter().map(rule).collect()
}

/// Adds a rule, as one transaction. Repeating it finds the first one.
///
/// # Errors
/// See [`StoreError`]; when the commit fails, it is unknown whether the rule was added.
pub async fn add_rule(database: &Database, new: &NewRule, by: &str) -> Result<Added, StoreError> {
    let mut transaction = database.begin().await?;
    lock_rules(&mut transaction).await?;
    match find_obstacle(&mut transaction, new).await? {
        Some(obstacle) => {
            transaction.roll_back().await?;
            Ok(obstacle)
        }
        None => {
            let added = insert_rule(&mut transaction, new, by).await?;
            transaction.commit().await?;
            Ok(Added::New(added))
        }
    }
}

async fn lock_rules(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/recommendation/lock_rules.sql"), &[]).await.map(|_| ())
}

async fn find_obstacle(transaction: &mut Transaction<'_>, new: &NewRule) -> Result<Option<Added>, StoreError> {
    let placement = new.placement.map(Placement::as_str);
    let parameters: [Parameter<'_>; 6] = [
        (&new.action.as_str(), Type::TEXT),
        (&new.target.as_str(), Type::TEXT),
        (&new.target_id, Type::TEXT),
        (&placement, Type::TEXT),
        (&new.starts_at, Type::TIMESTAMPTZ),
        (&new.ends_at, Type::TIMESTAMPTZ),
    ];
    let rows = transaction.query(include_str!("../sql/recommendation/find_obstacle.sql"), &parameters).await?;
    let row = rows.first().expect("an aggregate has a row");
    let (standing, same): (i64, Option<i64>) = (row.try_get("standing")?, row.try_get("same")?);
    Ok(same.map(Added::Twice).or((standing >= i64::from(RULES_MAX)).then_some(Added::TooMany)))
}

async fn insert_rule(transaction: &mut Transaction<'_>, new: &NewRule, by: &str) -> Result<Rule, StoreError> {
    let (placement, factor) = (new.placement.map(Placement::as_str), new.action.factor());
    let position = new.action.position().and_then(|at| i32::try_from(at).ok());
    let parameters: [Parameter<'_>; 10] = [
        (&new.action.as_str(), Type::TEXT),
        (&new.target.as_str(), Type::TEXT),
        (&new.target_id, Type::TEXT),
        (&placement, Type::TEXT),
        (&position, Type::INT4),
        (&factor, Type::FLOAT8),
        (&new.starts_at, Type::TIMESTAMPTZ),
        (&new.ends_at, Type::TIMESTAMPTZ),
        (&new.reason, Type::TEXT),
        (&by, Type::TEXT),
    ];
    let rows = transaction.query(include_str!("../sql/recommendation/insert_rule.sql"), &parameters).await?;
    rule(rows.first().expect("an insertion returns its row"))
}

/// Removes a rule that stands. Returns whether there was one; its row stays, with who removed it.
///
/// # Errors
/// See [`StoreError`].
pub async fn remove_rule(database: &Database, id: i64, by: &str) -> Result<bool, StoreError> {
    let parameters: [Parameter<'_>; 2] = [(&id, Type::INT8), (&by, Type::TEXT)];
    let rows = database.query(include_str!("../sql/recommendation/remove_rule.sql"), &parameters).await?;
    Ok(!rows.is_empty())
}

fn rule(row: &Row) -> Result<Rule, StoreError> {
    let (action, target): (&str, &str) = (row.try_get("action")?, row.try_get("target")?);
    let (placement, position): (Option<&str>, Option<i32>) = (row.try_get("placement")?, row.try_get("position")?);
    let position = position.and_then(|at| u32::try_from(at).ok());
    let content = NewRule {
        action: stored_action(action, position, row.try_get("factor")?),
        target: named(&RuleTarget::ALL, RuleTarget::as_str, target),
        target_id: row.try_get("target_id")?,
        placement: placement.map(|name| named(&Placement::ALL, Placement::as_str, name)),
        starts_at: row.try_get("starts_at")?,
        ends_at: row.try_get("ends_at")?,
        reason: row.try_get("reason")?,
    };
    Ok(Rule {
        id: row.try_get("id")?,
        content,
        created_by: row.try_get("created_by")?,
        date_created: row.try_get("date_created")?,
    })
}

/// Returns an action as stored, also one whose number an operator wrote by hand and no admin could.
fn stored_action(name: &str, position: Option<u32>, factor: Option<f64>) -> RuleAction {
    match (name, position, factor) {
        ("pin", Some(position), _) => RuleAction::Pin(position),
        ("boost", _, Some(factor)) => RuleAction::Boost(factor),
        ("bury", _, Some(factor)) => RuleAction::Bury(factor),
        _ => RuleAction::Exclude,
    }
}

/// Returns what has a name; a check of the table, or the function, admits no other names.
pub(crate) fn named<T: Copy>(all: &[T], name_of: fn(T) -> &'static str, name: &str) -> T {
    *all.iter().find(|value| name_of(**value) == name).expect("the schema admits known names only")
}
