//! Fashions: a product that rises and one that fades, as views of the last two days that the shop's back end reports.
//!
//! They are far down by score, where nobody would look for them: only lists of a window show what is happening. The other
//! products have a day before, in which they were viewed as often as they are now: without one everything would rise.

use jiff::{SignedDuration, Timestamp};

use super::batch::Batch;
use super::crowd::{Item, Sender};
use super::identity::{Kind, ProductIds, id};

/// Hours over which the views are spread: two days, the first of which the rising product hardly takes part in.
const HOURS: u64 = 47;
/// Of this many views of a product, one happens in its quiet day.
const QUIET: u64 = 10;

/// What is simulated.
#[derive(Debug, Clone)]
pub(super) struct Fashions {
    /// The seed of the products.
    pub(super) seed: u64,
    /// Names the run: another run reports other events.
    pub(super) run: String,
    /// When the two days end.
    pub(super) until: Timestamp,
    /// Products of the shop.
    pub(super) products: u32,
    /// How they are identified.
    pub(super) product_ids: ProductIds,
    /// Views of each of the two products.
    pub(super) views: usize,
    /// Views of the day before, of all products.
    pub(super) before: usize,
}

impl Fashions {
    /// The product that rises: the least popular one.
    pub(super) fn rising(&self) -> String {
        self.product_ids.id(self.seed, u64::from(self.products))
    }

    /// The product that fades: the one before.
    pub(super) fn fading(&self) -> String {
        self.product_ids.id(self.seed, u64::from(self.products.saturating_sub(1).max(1)))
    }

    /// The requests, with at most `size` views each.
    pub(super) fn batches(&self, size: usize) -> Vec<Batch> {
        let views = u64::try_from(self.views).unwrap_or_default();
        let before = u64::try_from(self.before).unwrap_or_default();
        let fashions = (0..views).flat_map(|view| [self.view(view, true), self.view(view, false)]);
        let items: Vec<_> = fashions.chain((0..before).map(|view| self.view_before(view))).collect();
        items.chunks(size.max(1)).map(|items| Batch { sender: Sender::Producer, items: items.to_vec() }).collect()
    }

    /// A view of the day before: of the second product half as many as of the first, and so on.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to the number of products")]
    fn view_before(&self, view: u64) -> Item {
        let share = (view as f64 + 0.5) / self.before as f64;
        let rank = (share * f64::from(self.products + 1).ln()).exp() as u64;
        let age = SignedDuration::from_hours(i64::try_from(26 + view * 7 % 20).unwrap_or_default());
        let run = format!("{} day before {}", self.run, self.until);
        Item {
            event_id: id(self.seed, Kind::Event(&run), view),
            event_type: "view",
            ref_type: "Product",
            ref_id: self.product_ids.id(self.seed, rank),
            session_id: format!("before-{view}"),
            account_id: None,
            metadata: None,
            occurred_at: Some(self.until - age),
        }
    }

    /// A view. Nine of ten views of the rising product are of the last day, and of the fading one of the day before.
    fn view(&self, view: u64, rises: bool) -> Item {
        let hours = view * 7 % (HOURS / 2);
        let was_quiet = view.is_multiple_of(QUIET);
        let ago = if was_quiet == rises { hours + HOURS / 2 + 2 } else { hours };
        let age = SignedDuration::from_hours(i64::try_from(ago).unwrap_or_default());
        let run = format!("{} fashion {}", self.run, self.until);
        Item {
            event_id: id(self.seed, Kind::Event(&run), 2 * view + u64::from(rises)),
            event_type: "view",
            ref_type: "Product",
            ref_id: if rises { self.rising() } else { self.fading() },
            // Different visitors: a fashion is not one person's.
            session_id: format!("fashion-{view}"),
            account_id: None,
            metadata: None,
            occurred_at: Some(self.until - age),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_product_has_its_views_in_the_last_day_and_the_other_in_the_day_before() {
        let until: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let fashions = Fashions {
            seed: 1,
            run: "a".to_owned(),
            until,
            products: 200,
            product_ids: ProductIds::Uuid,
            views: 100,
            before: 0,
        };
        let items: Vec<_> = fashions.batches(30).into_iter().flat_map(|batch| batch.items).collect();
        let count = |product: String, hours: std::ops::Range<i64>| {
            let inside = |item: &&Item| hours.contains(&until.duration_since(item.occurred_at.unwrap()).as_hours());
            items.iter().filter(|item| item.ref_id == product).filter(inside).count()
        };
        assert_eq!([count(fashions.rising(), 0..24), count(fashions.rising(), 25..48)], [90, 10]);
        assert_eq!([count(fashions.fading(), 0..24), count(fashions.fading(), 25..48)], [10, 90]);
        let ids: std::collections::BTreeSet<_> = items.iter().map(|item| item.event_id).collect();
        assert_eq!(ids.len(), 200);
    }

    #[test]
    fn the_day_before_has_views_of_all_products_by_their_popularity() {
        let until: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let product_ids = ProductIds::Uuid;
        let fashions =
            Fashions { seed: 1, run: "a".to_owned(), until, products: 200, product_ids, views: 0, before: 5_000 };
        let items: Vec<_> = fashions.batches(100).into_iter().flat_map(|batch| batch.items).collect();
        let views = |rank: u64| items.iter().filter(|item| item.ref_id == product_ids.id(1, rank)).count();
        assert_eq!((1..=200).map(views).sum::<usize>(), 5_000);
        assert!(views(1) > views(2) && views(2) > views(10) && views(200) > 0);
        let ages = items.iter().map(|item| until.duration_since(item.occurred_at.unwrap()).as_hours());
        assert!(ages.clone().all(|age| (26..46).contains(&age)), "{ages:?}");
    }
}
