//! What the demo prints about orders.

use std::fmt::Display;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use domain::Currency;
use jiff::Timestamp;

use super::api::{Alert, Dashboard, Range, TopProducts, Totals, Windows};
use crate::simulate::order::Planted;

/// The number of listed windows; the curve contains all of them.
const WINDOWS: usize = 7;
/// The number of listed alerts.
const ALERTS: usize = 8;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The dashboard of a seller.
pub(super) fn dashboard(dashboard: &Dashboard) -> String {
    let Dashboard { range: Range { start, end }, currency, summary, charts, top_products } = dashboard;
    let Totals { total_orders, items_sold, average_rating, pending_items, pending_refunds, comparison, .. } = summary;
    let amount = |minor| money(minor, *currency);
    let mut table = table(&["best sellers", "pieces", "revenue"]);
    for product in top_products {
        let name = product.sku_name.as_ref().unwrap_or(&product.sku_id);
        table.add_row([name.clone(), product.sold_count.to_string(), amount(product.revenue)]);
    }
    align(&mut table, &[1, 2]);
    format!(
        "{} to {}: revenue {} (gross {}, refunds {}), {total_orders} paid orders, {items_sold} pieces\n\
         against the period before: revenue {}, orders {}, pieces {}\n\
         rating {average_rating:.2} of 1; pending: {pending_items} pieces, {pending_refunds} refunds\n\
         revenue by day {}\n{table}",
        day(*start),
        day(*end),
        amount(summary.total_revenue),
        amount(summary.gross_revenue),
        amount(summary.refunds),
        change(comparison.revenue_change),
        change(comparison.orders_change),
        change(comparison.items_sold_change),
        curve(charts.revenue.iter().map(|point| point.value)),
    )
}

/// The revenue windows of the shop.
pub(super) fn windows(windows: &Windows) -> String {
    let mut table = table(&["day", "orders", "revenue", "refunds", "average order", "revenue trend"]);
    for window in windows.windows.iter().rev().take(WINDOWS).rev() {
        let average = window.average_order_value.map_or("-".to_owned(), |minor| money(minor, windows.currency));
        table.add_row([
            day(window.start),
            window.orders.to_string(),
            money(window.revenue, windows.currency),
            money(window.refunds, windows.currency),
            average,
            change(window.trend.revenue_change),
        ]);
    }
    align(&mut table, &[1, 2, 3, 4, 5]);
    let count = windows.windows.len();
    format!("{count} windows {}\n{table}", curve(windows.windows.iter().map(|window| window.revenue)))
}

/// The products of the last window.
pub(super) fn top_products(top: &TopProducts) -> String {
    let mut table = table(&["", "product", "pieces", "orders", "revenue", "rank before"]);
    for product in &top.products {
        table.add_row([
            product.rank.to_string(),
            product.name.as_ref().unwrap_or(&product.product_id).clone(),
            product.items.to_string(),
            product.orders.to_string(),
            money(product.revenue, top.currency),
            product.previous_rank.map_or("-".to_owned(), |rank| rank.to_string()),
        ]);
    }
    align(&mut table, &[0, 2, 3, 4, 5]);
    table.to_string()
}

/// The newest alerts, and whether the planted customers are among them.
pub(super) fn alerts(alerts: &[Alert], planted: &[Planted]) -> String {
    let mut lines: Vec<_> = alerts.iter().take(ALERTS).map(line).collect();
    if alerts.len() > ALERTS {
        lines.push(format!("... and {} more", alerts.len() - ALERTS));
    }
    let missing = missing(alerts, planted);
    lines.push(format!("planted {}, found {} of them", planted.len(), planted.len() - missing.len()));
    lines.extend(missing.into_iter().map(|customer| format!("  not found: {} by {}", customer.rule, customer.subject)));
    lines.join("\n")
}

/// The planted customers whom no alert names.
pub(super) fn missing<'p>(alerts: &[Alert], planted: &'p [Planted]) -> Vec<&'p Planted> {
    let names = |planted: &Planted| {
        alerts.iter().any(|alert| alert.rule == planted.rule.as_str() && alert.subject == planted.subject)
    };
    planted.iter().filter(|planted| !names(planted)).collect()
}

fn line(alert: &Alert) -> String {
    let orders = alert.evidence["order_count"].as_u64();
    let evidence = orders.map_or(String::new(), |count| format!(", {count} orders"));
    format!("{:<14}  {}  {}{evidence}", alert.rule, alert.subject, alert.window)
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    table
}

/// Right-aligns columns of numbers.
fn align(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

fn change(percent: Option<f64>) -> String {
    percent.map_or("-".to_owned(), |percent| format!("{percent:+.1} %"))
}

/// An amount of minor units in the major unit, with its currency.
fn money(minor: i64, currency: Option<Currency>) -> String {
    let Some(currency) = currency else { return minor.to_string() };
    let width = usize::try_from(currency.decimals()).unwrap_or_default();
    let unit = 10_u64.pow(currency.decimals());
    let (sign, amount) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    let whole: &dyn Display = &(amount / unit);
    if width == 0 {
        format!("{sign}{whole} {currency}")
    } else {
        format!("{sign}{whole}.{:0width$} {currency}", amount % unit)
    }
}

/// A sparkline of the values; negative ones are drawn as 0.
fn curve(values: impl Iterator<Item = i64>) -> String {
    let values: Vec<u128> = values.map(|value| u128::try_from(value).unwrap_or_default()).collect();
    let most = values.iter().copied().max().unwrap_or_default().max(1);
    let bar = |value: u128| usize::try_from(value * 7 / most).map_or('▁', |level| BARS[level.min(7)]);
    values.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests;
