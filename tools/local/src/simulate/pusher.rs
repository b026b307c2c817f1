//! Pushers: whoever wants one product to be popular, and four ways to try it.
//!
//! The product is one that hardly anybody looks at. Daily caps bound what an account, a session and a network add to it,
//! whatever they send; a bot adds nothing.

use super::batch::Batch;
use super::crowd::{Item, Sender};
use super::identity::{Kind, ProductIds, id};

/// What an account does.
const ACCOUNT: [&str; 4] = ["view", "add_to_cart", "add_to_favorites", "click_from_search"];
/// What guests may do.
const GUEST: [&str; 2] = ["view", "click_from_search"];

/// One of the four: who sends, what, and in which session.
type Pusher = (Sender, &'static [&'static str], fn(u64) -> String);

/// What is simulated.
#[derive(Debug, Clone)]
pub(super) struct Pushers {
    /// The seed of the product.
    pub(super) seed: u64,
    /// Names the run: another run sends other events.
    pub(super) run: String,
    /// Products of the shop.
    pub(super) products: u32,
    /// How they are identified.
    pub(super) product_ids: ProductIds,
    /// Shoppers of the shop: the account that pushes is none of them.
    pub(super) shoppers: u32,
    /// Events of each of the four.
    pub(super) events: usize,
}

impl Pushers {
    /// The product that they push: the third from the end, because fashions have the last two.
    pub(super) fn product(&self) -> String {
        self.product_ids.id(self.seed, u64::from(self.products.saturating_sub(2).max(1)))
    }

    /// The requests, with at most `size` events each: of an account, of one session, of a network with a new session for each
    /// event, and of a bot.
    pub(super) fn batches(&self, size: usize) -> Vec<Batch> {
        let events = u64::try_from(self.events).unwrap_or_default();
        let pushers: [Pusher; 4] = [
            (Sender::Shopper(self.shoppers), &ACCOUNT, |_| "pusher".to_owned()),
            (Sender::Guest, &GUEST, |_| "pusher".to_owned()),
            (Sender::Guest, &GUEST, |event| format!("pusher-{event}")),
            (Sender::Bot, &GUEST, |_| "crawler".to_owned()),
        ];
        let run = format!("{} pusher", self.run);
        let batches = pushers.iter().zip(0..).flat_map(|((sender, types, session), pusher)| {
            let item = |event: u64| Item {
                event_id: id(self.seed, Kind::Event(&run), pusher * events + event),
                event_type: types[usize::try_from(event).unwrap_or_default() % types.len()],
                ref_type: "Product",
                ref_id: self.product(),
                session_id: session(event),
                account_id: None,
                metadata: None,
                occurred_at: None,
            };
            let items: Vec<_> = (0..events).map(item).collect();
            let batches = items.chunks(size.max(1)).map(|items| Batch { sender: *sender, items: items.to_vec() });
            batches.collect::<Vec<_>>()
        });
        batches.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn four_push_one_product_and_only_the_network_changes_its_sessions() {
        let pushers = Pushers {
            seed: 1,
            run: "a".to_owned(),
            products: 200,
            product_ids: ProductIds::Uuid,
            shoppers: 100,
            events: 30,
        };
        let batches = pushers.batches(20);
        let items = |batch: &Batch| batch.items.clone();
        let all: Vec<_> = batches.iter().flat_map(items).collect();
        assert!(all.iter().all(|item| item.ref_id == pushers.product()));
        assert_eq!(all.iter().map(|item| item.event_id).collect::<BTreeSet<_>>().len(), 120);
        for (sender, sessions) in [(Sender::Shopper(100), 1), (Sender::Guest, 31), (Sender::Bot, 1)] {
            let own = batches.iter().filter(|batch| batch.sender == sender).flat_map(items);
            assert_eq!(own.map(|item| item.session_id).collect::<BTreeSet<_>>().len(), sessions, "{sender:?}");
        }
    }
}
