//! `GET /alerts`: findings, newest first. For admins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{AlertCursor, AlertsQuery, List, ListedFinding, Pagination};
use serving::{Admin, QueryParameters};
use store::finding::{self, PageStart, Stored};

use crate::Deps;
use crate::failure::Failure;

pub(crate) async fn list(_: Admin, State(deps): State<Arc<Deps>>, query: QueryParameters) -> Result<Response, Failure> {
    let query = AlertsQuery::read(query.pairs())?;
    let behind = |cursor: AlertCursor| PageStart { date_created: cursor.date_created, id: cursor.id };
    let after = query.after.map_or(PageStart::NEWEST, behind);
    let mut rows = match query.id {
        Some(id) => {
            let found = finding::find(&deps.database, id).await?;
            found.into_iter().filter(|found| query.rule.is_none_or(|rule| rule == found.rule)).collect()
        }
        // One row more than shown reveals whether there is a next page, without counting.
        None => finding::list(&deps.database, query.rule, after, query.limit + 1).await?,
    };
    let shown = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let last = rows.last().filter(|_| more).map(|row| AlertCursor { date_created: row.date_created, id: row.id });
    let pagination = Pagination {
        limit: query.limit,
        total: None,
        page: None,
        next_page: None,
        cursor: query.after.map(AlertCursor::encode),
        next_cursor: last.map(AlertCursor::encode),
    };
    Ok(serving::private(&List { data: rows.into_iter().map(public).collect(), pagination }))
}

fn public(row: Stored) -> ListedFinding {
    ListedFinding {
        id: row.id.0,
        rule: row.rule.as_str(),
        subject: row.subject,
        window: row.window,
        evidence: serde_json::from_str(&row.evidence).expect("a jsonb column holds JSON"),
        historical: row.historical,
        date_created: row.date_created,
        date_updated: row.date_updated,
    }
}
