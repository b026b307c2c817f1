//! Which pieces of which lines the items of returns are.
//!
//! The services of a shop name the same goods on different levels: the order names the SKU and the return its product,
//! or the reverse. And several services may report the same return, but a piece can come back only once.

use std::collections::BTreeMap;

use crate::contribution::Attributions;
use crate::{Fact, Quantity, ReturnedItem, ShopEvent};

use super::price::Line;

/// What the items of one return are.
#[derive(Debug, Clone, Default)]
pub(super) struct ReturnedPieces {
    /// The quantity by line, in thousandths; all 0 when the items match no line.
    pub(super) pieces: Vec<i64>,
    /// Their value by line.
    pub(super) worth: Vec<i64>,
    /// Whether earlier returns have named all of these pieces: then this is one of them, reported again.
    pub(super) is_repeated: bool,
}

impl ReturnedPieces {
    /// Returns what comes back for the first time is worth.
    pub(super) fn value(&self) -> i64 {
        if self.is_repeated { 0 } else { self.worth.iter().sum() }
    }

    /// Says whether the items match any line.
    pub(super) fn is_of_order(&self) -> bool {
        self.pieces.iter().any(|pieces| *pieces > 0)
    }
}

/// Reads the returns that name items, by their position in the sorted events. The same `refundId` is the same return.
pub(super) fn returned_pieces(
    events: &[&ShopEvent],
    lines: &[Line],
    known: &Attributions,
) -> BTreeMap<usize, ReturnedPieces> {
    let returns = events.iter().enumerate().filter_map(|(position, event)| match &event.fact {
        Fact::OrderReturned { items, refund_id, .. } if !items.is_empty() => Some((position, refund_id, items)),
        _ => None,
    });
    let mut returns = returns.peekable();
    let mut found = BTreeMap::new();
    if returns.peek().is_none() {
        return found;
    }
    let mut stock = Stock::of(lines, known);
    let mut by_refund: BTreeMap<&str, usize> = BTreeMap::new();
    for (position, refund_id, items) in returns {
        let first = refund_id.as_deref().map(|id| *by_refund.entry(id).or_insert(position));
        let known = first.and_then(|first| found.get(&first)).cloned();
        found.insert(position, known.unwrap_or_else(|| stock.take(items)));
    }
    found
}

/// The names of a line or an item: its own, and that of its product. They are equal when no product is known.
#[derive(Clone, Copy)]
struct Names<'a> {
    own: &'a str,
    product: &'a str,
}

impl<'a> Names<'a> {
    fn of(reference: &'a str, sku: Option<&'a str>, known: &'a Attributions) -> Self {
        match sku {
            Some(sku) => Self { own: sku, product: reference },
            None => Self { own: reference, product: known.get(reference).map_or(reference, |found| &found.product_id) },
        }
    }

    fn is(self, other: Self) -> bool {
        self.own == other.own
    }

    /// Says whether one of them is the product of the other. Two SKUs of a product are different goods.
    fn is_product_or_sku_of(self, other: Self) -> bool {
        !self.is(other) && (self.own == other.product || self.product == other.own)
    }
}

/// What was ordered, and how much of it came back.
struct Stock<'a> {
    lines: &'a [Line],
    names: Vec<Names<'a>>,
    known: &'a Attributions,
    gone: Vec<i64>,
}

impl<'a> Stock<'a> {
    fn of(lines: &'a [Line], known: &'a Attributions) -> Self {
        let names = lines.iter().map(|line| Names::of(&line.reference, line.sku.as_deref(), known)).collect();
        Self { lines, names, known, gone: vec![0; lines.len()] }
    }

    /// Takes the pieces that items name, as far as they are there; if none is there, returns which they were.
    fn take(&mut self, items: &[ReturnedItem]) -> ReturnedPieces {
        let pieces = self.find(items, &self.gone);
        if pieces.iter().any(|pieces| *pieces > 0) {
            let worth = self.worth(&self.gone, &pieces);
            self.gone.iter_mut().zip(&pieces).for_each(|(gone, pieces)| *gone += pieces);
            return ReturnedPieces { pieces, worth, is_repeated: false };
        }
        let nothing = vec![0; self.lines.len()];
        let pieces = self.find(items, &nothing);
        let is_repeated = pieces.iter().any(|pieces| *pieces > 0);
        ReturnedPieces { worth: self.worth(&nothing, &pieces), pieces, is_repeated }
    }

    /// Returns the pieces that items name by line: first of lines with the same id, then of lines of the same product,
    /// each in the order of the lines.
    fn find(&self, items: &[ReturnedItem], gone: &[i64]) -> Vec<i64> {
        let mut found = vec![0; self.lines.len()];
        for item in items {
            let names = Names::of(&item.reference, item.sku.as_deref(), self.known);
            let mut wanted = item.quantity_milli.map_or(i64::MAX, Quantity::milli);
            for fits in [Names::is, Names::is_product_or_sku_of] {
                for (place, line) in self.lines.iter().enumerate().filter(|(place, _)| fits(self.names[*place], names))
                {
                    let part = wanted.min(line.quantity.milli() - gone[place] - found[place]);
                    found[place] += part;
                    wanted -= part;
                }
            }
        }
        found
    }

    /// Returns the value of pieces by line. All pieces of a line together have the value of the line.
    fn worth(&self, gone: &[i64], pieces: &[i64]) -> Vec<i64> {
        let lines = self.lines.iter().zip(gone).zip(pieces);
        lines.map(|((line, gone), pieces)| upto(line, gone + pieces) - upto(line, *gone)).collect()
    }
}

/// Returns what the first pieces of a line are worth.
fn upto(line: &Line, pieces: i64) -> i64 {
    let value = i128::from(line.goods_minor) * i128::from(pieces) / i128::from(line.quantity.milli().max(1));
    i64::try_from(value).unwrap_or(line.goods_minor)
}
