//! Which lines were returned, and for which a refund was requested: the basis of derived interactions.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Fact, OrderStatus, PaymentStatus, ShopEvent};

use super::content::Content;
use super::price::Prices;
use super::returned_item::ReturnedPieces;

/// The first time by line; `None` when it never happened.
#[derive(Debug, Default)]
pub(super) struct Returned {
    pub(super) returned_at: Vec<Option<Timestamp>>,
    pub(super) refund_asked_at: Vec<Option<Timestamp>>,
    /// When any refund was first requested.
    pub(super) asked_at: Option<Timestamp>,
}

impl Returned {
    /// Reads events that are sorted. A return with items concerns their lines; one that refunds everything, or states
    /// no amount, concerns all lines. A partial refund without items is goodwill: it concerns no line. Nor do items that
    /// are not of the order: the money for them can only be asked for.
    pub(super) fn of(
        events: &[&ShopEvent],
        content: &Content<'_>,
        prices: &Prices,
        pieces: &BTreeMap<usize, ReturnedPieces>,
    ) -> Self {
        let none = vec![None; prices.lines.len()];
        let mut returned = Self { returned_at: none.clone(), refund_asked_at: none, asked_at: None };
        for (position, event) in events.iter().enumerate() {
            returned.read((event, pieces.get(&position)), events, (content, prices));
        }
        returned
    }

    fn read(
        &mut self,
        (event, pieces): (&ShopEvent, Option<&ReturnedPieces>),
        events: &[&ShopEvent],
        (content, prices): (&Content<'_>, &Prices),
    ) {
        let at = event.occurred_at;
        let all = vec![true; prices.lines.len()];
        match &event.fact {
            Fact::OrderReturned { refund, .. } => {
                let is_all = refund.is_none_or(|amount| is_whole(amount, content, prices));
                let named = pieces.map(|named| named.pieces.iter().map(|pieces| *pieces > 0).collect());
                let lines: Vec<_> = named.or_else(|| is_all.then_some(all)).unwrap_or_default();
                mark(&mut self.returned_at, &lines, at);
                if pieces.is_some_and(|named| !named.is_of_order()) {
                    self.asked_at.get_or_insert(at);
                }
                if refund.is_some() {
                    self.asked_at.get_or_insert(at);
                    mark(&mut self.refund_asked_at, &lines, at);
                }
            }
            Fact::OrderStatusUpdated { status: OrderStatus::Returned, .. } if !names_items(events) => {
                mark(&mut self.returned_at, &all, at);
            }
            Fact::PaymentProcessed { status: PaymentStatus::Refunded, amount, .. } => {
                self.asked_at.get_or_insert(at);
                if amount.is_none_or(|amount| is_whole(amount, content, prices)) {
                    mark(&mut self.refund_asked_at, &all, at);
                }
            }
            _ => {}
        }
    }
}

fn mark(times: &mut [Option<Timestamp>], lines: &[bool], at: Timestamp) {
    times.iter_mut().zip(lines).filter(|(_, is_meant)| **is_meant).for_each(|(time, _)| *time = time.or(Some(at)));
}

fn is_whole(amount: crate::Amount, content: &Content<'_>, prices: &Prices) -> bool {
    let minor = content.currency.map(|currency| amount.minor(currency));
    let goods: i64 = prices.lines.iter().map(|line| line.goods_minor).sum();
    // Shops keep the shipping when they take goods back.
    minor.is_some_and(|minor| minor >= goods)
}

/// Says whether any return states what was returned, or that only part of the money was refunded.
fn names_items(events: &[&ShopEvent]) -> bool {
    let names_any = |event: &&ShopEvent| match &event.fact {
        Fact::OrderReturned { refund, items, .. } => refund.is_some() || !items.is_empty(),
        _ => false,
    };
    events.iter().any(names_any)
}
