//! The rank lists, and what they say of one product. Public.

use contracts::{Pagination, Positions, ProductRanks, RankCursor, RankQuery, RankedEntries, RankedEntry, WindowPoints};
use domain::Micros;
use jiff::Timestamp;
use store::rank::{self, After, Generation, Ranked, Ranks, Standing};

use crate::Deps;
use crate::failure::Failure;

/// `GET /popularity/top?rank=`: a page of the current generation, or of that of the cursor.
pub(super) async fn list(deps: &Deps, limit: u32, query: RankQuery) -> Result<RankedEntries, Failure> {
    let after = query.after.as_ref();
    let start = after.map(|cursor| After { generation: cursor.generation, value: cursor.value, id: &cursor.id });
    // One row more than shown reveals whether there is a next page, without counting.
    let found = rank::list(&deps.database, (query.list, &query.scope), start, limit + 1).await?;
    let (generation, mut rows) = match found {
        Some((generation, rows)) => (Some(generation), rows),
        None if after.is_some() => return Err(Failure::CursorExpired),
        // Before the first run of rank-products.
        None => (None, Vec::new()),
    };
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let first = after.map_or(0, |cursor| cursor.position);
    let next = generation.zip(rows.last()).filter(|_| more).map(|(generation, row)| RankCursor {
        list: query.list,
        scope: query.scope.clone(),
        generation: generation.id,
        position: first.saturating_add(limit),
        value: row.value,
        id: row.id.clone(),
    });
    let pagination = Pagination {
        limit,
        total: None,
        page: None,
        next_page: None,
        cursor: after.map(RankCursor::encode),
        next_cursor: next.map(|cursor| cursor.encode()),
    };
    let data = generation.map_or_else(Vec::new, |generation| {
        (first.saturating_add(1)..).zip(rows).map(|(position, row)| entry(position, row, generation)).collect()
    });
    Ok(RankedEntries { data, pagination, as_of: generation.map(|generation| generation.as_of) })
}

fn entry(position: u32, row: Ranked, generation: Generation) -> RankedEntry {
    RankedEntry {
        position,
        id: row.id,
        category_id: row.category_id,
        seller_id: row.seller_id,
        score: row.score.points(),
        points: points(row.standing),
        trending: trending(row.standing, generation.as_of, generation.half_life),
        rising: row.standing.rising.map(Micros::points),
    }
}

/// What the current generation says of one product.
pub(super) fn of_product(ranks: Ranks) -> ProductRanks {
    let [alltime, trending_at, hour, day, week, month, rising] = ranks.positions;
    ProductRanks {
        as_of: ranks.as_of,
        points: points(ranks.standing),
        trending: trending(ranks.standing, ranks.as_of, ranks.half_life),
        rising: ranks.standing.rising.map(Micros::points),
        positions: Positions { alltime, trending: trending_at, hour, day, week, month, rising },
    }
}

fn points(standing: Standing) -> WindowPoints {
    let [hour, day, week, month] = standing.points.map(Micros::points);
    WindowPoints { hour, day, week, month }
}

fn trending(standing: Standing, as_of: Timestamp, half_life: domain::HalfLife) -> Option<f64> {
    standing.trend.map(|key| key.points(as_of, half_life))
}
