//! Everything that the database stores about a person, page by page.

use domain::{Actor, Identities};
use serde_json::value::RawValue;
use tokio_postgres::types::Type;

use crate::session::Parameter;
use crate::{StoreError, Transaction, finding};

/// The tables with data of a person, in the order of an export.
///
/// Tables with only sums or ids of interactions identify no one: rollups other than by customer, scores, pairs of products, baskets. `pending` repeats,
/// until the effect is applied, what the log says.
pub const PLACES: [&str; 23] = [
    "interaction",
    "interaction_key",
    "actor_day",
    "exclusion",
    "visit",
    "bought_product",
    "avoided_product",
    "recommendation_click",
    "shop_event",
    "sales_order",
    "order_line",
    "payment",
    "opinion",
    "shop_user",
    "customer_rollup",
    "customer_link",
    "order_fact",
    "customer_lock",
    "projection",
    "finding",
    "pending_alert",
    "merchandising_rule",
    "erasure_identity",
];

/// A row of one of these tables.
#[derive(Debug)]
pub struct Held {
    /// Where the next page continues.
    pub position: String,
    /// The row, a JSON object with the names of the columns.
    pub content: Box<RawValue>,
}

/// Reads up to `limit` rows of a place about a person, after a position; start with the empty string.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_page(
    transaction: &mut Transaction<'_>,
    identities: &Identities,
    (place, after): (&str, &str),
    limit: i64,
) -> Result<Vec<Held>, StoreError> {
    let accounts: Vec<_> = identities.accounts.iter().collect();
    let sessions: Vec<_> = identities.sessions.iter().collect();
    let accounts_as_actors = identities.accounts.iter().map(|id| Actor::of_account(*id));
    let sessions_as_actors = identities.sessions.iter().map(|id| Actor::of_session(id));
    let actors: Vec<_> = accounts_as_actors.chain(sessions_as_actors).map(Actor::as_uuid).collect();
    let rules = finding::rules();
    let parameters: [Parameter<'_>; 8] = [
        (&identities.keys(), Type::TEXT_ARRAY),
        (&accounts, Type::UUID_ARRAY),
        (&sessions, Type::TEXT_ARRAY),
        (&place, Type::TEXT),
        (&after, Type::TEXT),
        (&limit, Type::INT8),
        (&rules, Type::TEXT_ARRAY),
        (&actors, Type::UUID_ARRAY),
    ];
    let rows = transaction.query(include_str!("../sql/person_export/list_page.sql"), &parameters).await?;
    let held = rows.iter().map(|row| {
        let content = RawValue::from_string(row.try_get("content")?)?;
        Ok(Held { position: row.try_get("position")?, content })
    });
    held.collect()
}
