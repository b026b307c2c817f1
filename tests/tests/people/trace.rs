//! Searches for a word in every column of every table, also of future tables.

use domain::Origin;
use testkit::TestDatabase;

use crate::shop::{JANE, JANE_EMAIL, JANE_NETWORK, JANE_SESSION, Shop, jane_hash};

/// What would identify Jane.
pub(crate) fn of_jane() -> Vec<String> {
    let hash = jane_hash();
    let digest = hash.strip_prefix("email:").unwrap().to_owned();
    let origins =
        [Origin::of_account(JANE), Origin::of_session(JANE_SESSION)].map(|origin| origin.as_uuid().to_string());
    let known = [JANE_EMAIL, "Jane", "jane", JANE_SESSION, JANE_NETWORK, &JANE.to_string(), &JANE.simple().to_string()];
    let known = known.into_iter().chain(origins.iter().map(|text| &**text));
    known.map(str::to_owned).chain([digest]).collect()
}

/// Names the columns in which one of these words stands, as text.
pub(crate) async fn traces(database: &TestDatabase, words: &[String]) -> Vec<String> {
    let columns = "SELECT format('%I.%I', table_schema, table_name) || ' ' || quote_ident(column_name) FROM information_schema.columns
         JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = 'analytic' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position";
    let columns = database.rows(columns).await;
    assert!(columns.len() > 150, "{columns:?}");
    let words: Vec<_> = words.iter().map(|word| format!("'{}'", word.to_lowercase())).collect();
    let searches = columns.iter().map(|column| {
        let (table, name) = column.split_once(' ').unwrap();
        format!(
            "SELECT '{table}.{name}' WHERE EXISTS (SELECT FROM {table}, unnest(ARRAY[{}]) AS word
             WHERE strpos(lower({name}::text), word) > 0)",
            words.join(", ")
        )
    });
    database.rows(&format!("{} ORDER BY 1", searches.collect::<Vec<_>>().join(" UNION ALL "))).await
}

#[tokio::test]
async fn the_search_finds_jane_wherever_she_is() {
    let shop = Shop::busy().await;
    let mut places = traces(&shop.database, &of_jane()).await;
    // partitions repeat what the table holds
    places.retain(|place| !place.starts_with("analytic.interaction_2"));
    insta::assert_snapshot!(places.join("\n"), @r"
    analytic.actor_day.actor
    analytic.actor_day.guests
    analytic.avoided_product.account_id
    analytic.bought_product.account_id
    analytic.customer_link.address_key
    analytic.customer_link.customer_key
    analytic.customer_lock.customer
    analytic.customer_rollup.customer_key
    analytic.finding.subject
    analytic.interaction.account_id
    analytic.interaction.actor
    analytic.interaction.ip_address
    analytic.interaction.metadata
    analytic.interaction.origin
    analytic.interaction.session_id
    analytic.interaction.user_agent
    analytic.interaction_key.origin
    analytic.merchandising_rule.created_by
    analytic.merchandising_rule.removed_by
    analytic.opinion.customer_key
    analytic.order_fact.customer
    analytic.projection.contribution
    analytic.projection.subject_id
    analytic.recommendation_click.account_id
    analytic.sales_order.customer_key
    analytic.shop_event.content
    analytic.shop_event.subject_id
    analytic.shop_user.user_key
    analytic.visit.account_id
    ");
    assert!(shop.feed_items().await.iter().any(|item| item.contains(JANE_SESSION)));
}
