//! Interactions derived from back-end events, which only the shop can vouch for: purchases, cancellations, returns,
//! reviews.
//!
//! Their event ids are computed from the order and line, or from the opinion, so each is recorded once, however often
//! and by whichever service its cause is reported. Anyone who knows the order can compute them; no one else can claim
//! them, because they have their own origin.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::contribution::{Attribution, Attributions};
use crate::{CustomerKey, OpinionState, OrderState, OrderStatus, Subject, rating_event_type};
use crate::{Fingerprint, NewInteraction, Origin, ProductId, Quantity, Reference};

/// The namespace of derived event ids: any fixed UUID, the same in every version of this code.
const NAMESPACE: Uuid = Uuid::from_u128(0x9f2b_6c1e_4d7a_5e83_8a41_c0d9_73be_5f16);

/// An interaction that follows from back-end events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedInteraction {
    /// Computed from the cause (UUID v5).
    pub event_id: Uuid,
    /// What was done.
    pub event_type: &'static str,
    /// The product (SPU).
    pub product_id: ProductId,
    /// The account, if the customer id is one.
    pub account_id: Option<Uuid>,
    /// When.
    pub occurred_at: Timestamp,
    /// The line; `None` for an opinion.
    pub line: Option<DerivedLine>,
}

/// What an interaction of an order line says in its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DerivedLine {
    /// The quantity.
    pub quantity: Quantity,
    /// Stands for the order (UUID v5), so that recommendations know what is bought together, also by guests.
    pub basket: Uuid,
}

impl DerivedInteraction {
    /// Returns the metadata with which it is recorded.
    #[must_use]
    pub fn metadata(&self) -> String {
        let written =
            |line: DerivedLine| format!(r#"{{"basket":"{}","quantity":{}}}"#, line.basket, line.quantity.pieces());
        self.line.map_or_else(|| "{}".to_owned(), written)
    }

    /// Computes the fingerprint, as for a recorded interaction.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let interaction = NewInteraction {
            origin: Origin::DERIVED,
            event_id: self.event_id,
            account_id: self.account_id,
            event_type: self.event_type.parse().expect("the names of derived interactions are event types"),
            reference: Reference::Product(self.product_id.clone()),
            session_id: None,
            metadata: self.metadata(),
            occurred_at: Some(self.occurred_at),
            clock_error: SignedDuration::ZERO,
        };
        interaction.fingerprint()
    }
}

/// Returns the interactions derived from an order, given the known products.
///
/// One per line and kind, whatever the quantity: `checkout_started` when placed, `purchase` when paid, `cancel_order`,
/// `return_product` for what was returned, and `refund_requested` for lines whose refund was requested. A line whose
/// product is unknown yields none until it is known. A line is identified by its reference, so that a new line of an
/// updated order is a separate purchase, and an existing one stays the same.
#[must_use]
pub fn order_interactions(order_id: &str, order: &OrderState, known: &Attributions) -> Vec<DerivedInteraction> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut derived = Vec::new();
    let basket = event_id(&["basket", order_id]);
    for (position, line) in order.lines.iter().enumerate() {
        let nth = seen.entry(&line.reference).or_default();
        *nth += 1;
        let Some(product_id) = known.get(&line.reference).and_then(Attribution::product) else { continue };
        for (event_type, at) in causes(order, position) {
            let Some(occurred_at) = at else { continue };
            derived.push(DerivedInteraction {
                event_id: event_id(&[event_type, order_id, &line.reference, &nth.to_string()]),
                event_type,
                product_id: product_id.clone(),
                account_id: order.customer.as_ref().and_then(CustomerKey::account_id),
                occurred_at,
                line: Some(DerivedLine { quantity: line.quantity, basket }),
            });
        }
    }
    derived
}

/// Returns the kinds of interaction that a line may yield, with their time.
fn causes(order: &OrderState, position: usize) -> [(&'static str, Option<Timestamp>); 5] {
    let of_line = |times: &[Option<Timestamp>]| times.get(position).copied().flatten();
    [
        ("checkout_started", order.at(OrderStatus::Created)),
        ("purchase", order.at(OrderStatus::Paid)),
        ("cancel_order", order.at(OrderStatus::Cancelled)),
        ("return_product", of_line(&order.returned_at)),
        ("refund_requested", of_line(&order.refund_asked_at)),
    ]
}

/// Returns the interaction derived from a rating (`rating_high`, `rating_medium` or `rating_low`) or a comment
/// (`write_review`): once, with the initial score.
#[must_use]
pub fn opinion_interaction(
    (subject, id): (Subject, &str),
    opinion: &OpinionState,
    known: &Attributions,
) -> Option<DerivedInteraction> {
    let event_type = match subject {
        Subject::Comment => "write_review",
        Subject::Rating => rating_event_type(opinion.first_score_micros?),
        _ => return None,
    };
    Some(DerivedInteraction {
        event_id: event_id(&["opinion", subject.as_str(), id]),
        event_type,
        product_id: known.get(opinion.reference.as_ref()?)?.product()?,
        account_id: opinion.customer.as_ref().and_then(CustomerKey::account_id),
        occurred_at: opinion.given_at?,
        line: None,
    })
}

/// Derives an event id. Each part is preceded by its length, so that no two lists of parts have the same name.
fn event_id(parts: &[&str]) -> Uuid {
    let name: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}
