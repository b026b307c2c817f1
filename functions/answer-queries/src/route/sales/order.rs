//! `GET /sales/orders`: the orders behind a figure, newest first. Sellers see their own lines only.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{LISTED_LINES_MAX, List, ListedLine, ListedOrder, OrderCursor, OrdersBy, OrdersQuery, Pagination};
use jiff::Timestamp;
use serving::QueryParameters;
use store::order_list::{self, CountedAt, Line, Listed, Position, Question};

use crate::Deps;
use crate::caller::Reader;
use crate::failure::Failure;

pub(crate) async fn list(
    reader: Reader,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = OrdersQuery::read(query.pairs(), Timestamp::now())?;
    let seller_id = reader.seller(query.seller_id.clone())?;
    let question = Question {
        seller_id: &seller_id,
        span: query.span,
        counted_at: match query.by {
            OrdersBy::Paid => CountedAt::Paid,
            OrdersBy::Placed => CountedAt::Placed,
        },
        status: query.status,
        currency: query.currency,
        limit: query.limit,
        lines: LISTED_LINES_MAX,
    };
    let after = query.after.as_ref().map(|cursor| Position { at: cursor.at, order_id: cursor.order_id.clone() });
    let page = order_list::list(&deps.database, &question, after.as_ref()).await?;
    let pagination = Pagination {
        limit: query.limit,
        total: None,
        page: None,
        next_page: None,
        cursor: query.after.as_ref().map(OrderCursor::encode),
        next_cursor: page.next.map(|position| OrderCursor { at: position.at, order_id: position.order_id }.encode()),
    };
    Ok(serving::private(&List { data: page.orders.into_iter().map(order).collect(), pagination }))
}

fn order(row: Listed) -> ListedOrder {
    let whole = row.whole.as_ref();
    let method = whole.map(|whole| whole.payment_method.clone()).filter(|method| !method.is_empty());
    ListedOrder {
        order_id: row.order_id,
        status: row.status,
        currency: row.currency,
        placed_at: row.placed_at,
        paid_at: row.paid_at,
        total: whole.map_or(Some(row.lines_minor), |whole| whole.total_minor),
        paid: whole.map(|whole| whole.paid_minor),
        refunds: whole.map(|whole| whole.refund_minor),
        shipping: whole.map(|whole| whole.shipping_minor),
        tax: whole.map(|whole| whole.tax_minor),
        fees: whole.map(|whole| whole.fee_minor),
        payment_method: method,
        line_count: row.line_count,
        lines: row.lines.into_iter().map(line).collect(),
    }
}

fn line(line: Line) -> ListedLine {
    ListedLine {
        product_id: line.product_id,
        name: line.name,
        seller_id: Some(line.seller_id).filter(|id| !id.is_empty()),
        quantity: line.quantity_milli,
        price: line.price_minor,
        total: line.total_minor,
    }
}
