//! Puts candidates into the order in which they are shown.

use std::collections::VecDeque;

use super::Candidate;

/// Which part of a list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many products the pages before showed.
    pub shown: usize,
    /// The most that this page shows.
    pub limit: usize,
}

/// Arranges the candidates of a page, the best first, and cuts them to its limit.
///
/// A pinned product is shown at its position, counted over all pages, right behind another one pinned there, or at the
/// end of a list that is shorter. Otherwise at
/// most `max_run` products of one seller or of one category follow each other: the next best product of another one is shown
/// before. When only such are left, they are shown nevertheless. What is not shown on this page is dropped, so a caller offers
/// more candidates than it shows.
#[must_use]
pub fn arrange(candidates: Vec<Candidate>, page: Page, max_run: usize) -> Vec<Candidate> {
    let (mut pinned, mut others): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.pinned_at.is_some());
    pinned.sort_by_key(|candidate| candidate.pinned_at);
    let mut pinned = VecDeque::from(pinned);
    let mut arranged: Vec<Candidate> = Vec::new();
    while arranged.len() < page.limit {
        let position = page.shown + arranged.len() + 1;
        // The others are at their end, because more are offered than shown: what is pinned further down moves up.
        let reach = if others.is_empty() { usize::MAX } else { position };
        let is_due = |candidate: &mut Candidate| {
            candidate.pinned_at.is_some_and(|at| usize::try_from(at).is_ok_and(|at| at <= reach))
        };
        let next = pinned.pop_front_if(is_due).or_else(|| {
            let fits = others.iter().position(|candidate| !prolongs_run(&arranged, candidate, max_run));
            (!others.is_empty()).then(|| others.remove(fits.unwrap_or(0)))
        });
        let Some(next) = next else { break };
        arranged.push(next);
    }
    arranged
}

/// Says whether a candidate would be one too many of its seller or its category in a row.
fn prolongs_run(arranged: &[Candidate], next: &Candidate, max_run: usize) -> bool {
    let Some(run) = arranged.len().checked_sub(max_run).map(|start| &arranged[start..]) else { return false };
    let is_run = |value: &Option<String>, of: fn(&Candidate) -> &Option<String>| {
        value.is_some() && run.iter().all(|candidate| of(candidate) == value)
    };
    is_run(&next.seller_id, |candidate| &candidate.seller_id)
        || is_run(&next.category_id, |candidate| &candidate.category_id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::recommendation::Source;

    fn candidate(id: usize, category: &str, seller: &str, pinned_at: Option<u32>) -> Candidate {
        let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Candidate {
            product_id: format!("p{id}").parse().unwrap(),
            score: 1.0,
            source: Source::Similar,
            reason: None,
            category_id: named(category),
            seller_id: named(seller),
            pinned_at,
            mark: 0,
        }
    }

    fn shown(candidates: &[Candidate], page: Page, max_run: usize) -> String {
        let arranged = arrange(candidates.to_vec(), page, max_run);
        arranged.iter().map(|candidate| candidate.product_id.as_str()).collect::<Vec<_>>().join(" ")
    }

    const FIRST: Page = Page { shown: 0, limit: 5 };

    #[test]
    fn a_run_is_interrupted_by_the_next_best_of_another() {
        let of = |categories: [&str; 6]| -> Vec<_> {
            categories.iter().zip(0..).map(|(category, id)| candidate(id, category, "", None)).collect()
        };
        assert_eq!(shown(&of(["a", "a", "a", "a", "b", "b"]), FIRST, 2), "p0 p1 p4 p2 p3");
        assert_eq!(shown(&of(["a", "a", "a", "a", "a", "b"]), FIRST, 1), "p0 p5 p1 p2 p3", "only such are left");
        assert_eq!(shown(&of([""; 6]), FIRST, 1), "p0 p1 p2 p3 p4", "an unknown category is no run");
        let sellers: Vec<_> = (0..4).map(|id| candidate(id, "", if id < 3 { "s" } else { "t" }, None)).collect();
        assert_eq!(shown(&sellers, FIRST, 2), "p0 p1 p3 p2");
    }

    #[test]
    fn a_pinned_product_is_at_its_position() {
        let mut candidates: Vec<_> = (0..5).map(|id| candidate(id, "", "", None)).collect();
        candidates.extend([
            candidate(8, "", "", Some(3)),
            candidate(9, "", "", Some(1)),
            candidate(7, "", "", Some(3)),
        ]);
        assert_eq!(shown(&candidates, FIRST, 3), "p9 p0 p8 p7 p1");
        assert_eq!(shown(&candidates, Page { shown: 2, limit: 5 }, 3), "p9 p8 p7 p0 p1", "what is overdue comes first");
        let far = [candidate(0, "", "", None), candidate(8, "", "", Some(4)), candidate(9, "", "", Some(6))];
        assert_eq!(shown(&far, FIRST, 3), "p0 p8 p9", "of a short list the next place");
        assert_eq!(shown(&far[1..], Page { shown: 1, limit: 1 }, 3), "p8", "what has no room waits");
    }

    #[test]
    fn of_nothing_nothing_is_shown() {
        assert_eq!(shown(&[], FIRST, 3), "");
        assert_eq!(shown(&[candidate(0, "", "", None)], Page { shown: 0, limit: 0 }, 3), "");
    }

    prop_compose! {
        fn any_candidate()(category in 0..3_usize, seller in 0..3_usize, pin in proptest::option::weighted(0.2, 1..30_u32)) -> Candidate {
            candidate(0, ["", "a", "b"][category], ["", "s", "t"][seller], pin)
        }
    }

    proptest! {
        #[test]
        fn every_page_is_full_and_shows_nothing_twice(
            mut candidates in proptest::collection::vec(any_candidate(), 0..40), before in 0..20_usize, limit in 0..25_usize, max_run in 1..5_usize,
        ) {
            for (candidate, id) in candidates.iter_mut().zip(0..) {
                candidate.product_id = format!("p{id}").parse().unwrap();
            }
            let page = Page { shown: before, limit };
            let arranged = arrange(candidates.clone(), page, max_run);
            let ids: BTreeSet<_> = arranged.iter().map(|candidate| &candidate.product_id).collect();
            prop_assert_eq!(ids.len(), arranged.len());
            prop_assert_eq!(arranged.len(), limit.min(candidates.len()));
            // Nobody who is not pinned prolongs a run while somebody else was left who would not.
            for (place, shown) in arranged.iter().enumerate() {
                let left = arranged[place..].iter().filter(|candidate| candidate.pinned_at.is_none());
                let mut left = left.chain(
                    candidates
                        .iter()
                        .filter(|candidate| candidate.pinned_at.is_none() && !ids.contains(&candidate.product_id)),
                );
                if shown.pinned_at.is_none() && prolongs_run(&arranged[..place], shown, max_run) {
                    prop_assert!(left.all(|candidate| prolongs_run(&arranged[..place], candidate, max_run)));
                }
            }
        }
    }
}
