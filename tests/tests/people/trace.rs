//! Looks for a word in every column of every table, also of tables that do not exist yet.

use testkit::TestDatabase;

use crate::shop::{JANE, JANE_EMAIL, JANE_NETWORK, JANE_SESSION, Shop, jane_hash};

/// What would lead to Jane.
pub(crate) fn of_jane() -> Vec<String> {
    let hash = jane_hash();
    let digest = hash.strip_prefix("email:").unwrap().to_owned();
    let known = [JANE_EMAIL, "Jane", "jane", JANE_SESSION, JANE_NETWORK, &JANE.to_string(), &JANE.simple().to_string()];
    known.into_iter().map(str::to_owned).chain([digest]).collect()
}

/// Names the columns in which one of these words stands, as text.
pub(crate) async fn traces(database: &TestDatabase, words: &[String]) -> Vec<String> {
    let columns = "SELECT format('%I.%I', table_schema, table_name) || ' ' || quote_ident(column_name) FROM information_schema.columns
         JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = 'analytic' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position";
    let columns = database.rows(columns).await;
    assert!(columns.len() > 150, "{columns:?}");
    let mut found = Vec::new();
    for column in columns {
        let (table, name) = column.split_once(' ').unwrap();
        for word in words {
            let count = format!("SELECT count(*) FROM {table} WHERE strpos(lower({name}::text), lower('{word}')) > 0");
            if database.number(&count).await > 0 {
                found.push(format!("{table}.{name}"));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn the_search_finds_jane_wherever_she_is() {
    let shop = Shop::busy().await;
    let mut places = traces(&shop.database, &of_jane()).await;
    // partitions repeat what the table holds
    places.retain(|place| !place.starts_with("analytic.interaction_2"));
    insta::assert_snapshot!(places.join("\n"), @r"");
    assert!(shop.feed_items().await.iter().any(|item| item.contains(JANE_SESSION)));
}
