//! Daily caps: whatever arrives in which order, the earliest events of each actor and network count, and no others.

use std::collections::BTreeSet;

use cross_tests::shop::Shop;
use domain::{Actor, Caller, InteractionId, NewInteraction, Origin, Step, Zone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use store::anonymize_interaction;
use store::erasure::Whom;
use store::interaction::Submission;
use store::popularity;
use testkit::cap::{CappedEvent, counting};
use testkit::{TestDatabase, interaction};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::weight::WEIGHTS;

/// Days since 1970 on which the cap of a view is smaller begin with this many days before today.
const CHANGED: i64 = 3;
/// Views, favorites, a trusted event, and an event without a weight: the last two have no cap.
const EVENTS: [&str; 4] = ["view", "add_to_favorites", "purchase", "wishlist_shared"];
/// How long before today (UTC) began an event happened, in hours: several hours of several days, the oldest that shoppers
/// may send, and what only an import sends.
const HOURS: [i64; 11] = [0, 1, 2, 3, 25, 26, 24 * 3, 24 * 3 + 1, 24 * 6 + 22, 24 * 9, 24 * 9 + 1];

/// The caps of the test, smaller than the real ones so that few events meet them.
fn caps(today: i64) -> impl Fn(&str, i64) -> Option<(usize, usize)> {
    move |event, day| match event {
        "view" if day >= today - CHANGED => Some((1, 2)),
        "view" => Some((2, 3)),
        "add_to_favorites" => Some((1, 1)),
        _ => None,
    }
}

async fn set_caps(database: &TestDatabase) {
    let sql = format!(
        "DELETE FROM analytic.event_cap WHERE event_type IN ('view', 'add_to_favorites');
         INSERT INTO analytic.event_cap VALUES ('view', '-infinity', 2, 3), ('add_to_favorites', '-infinity', 1, 1),
             ('view', (now() AT TIME ZONE 'UTC')::date - {CHANGED}, 1, 2)"
    );
    database.execute(&sql).await;
}

/// Who sends an event: an account, a guest (session and network), a service that names a session, or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Account(u128),
    Guest(usize, usize),
    Visit(usize),
    Nobody,
}

#[derive(Debug, Clone)]
enum Happening {
    /// An event is recorded: type, reference, time.
    Recorded(Who, Vec<(usize, usize, usize)>),
    /// Hints come in, in any order, with repetitions, split into batches.
    Scored(Vec<Index>, usize),
    /// An account or a session is erased.
    Erased(Who),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let who = prop_oneof![
        3 => (0..2_u128).prop_map(Who::Account),
        5 => (0..3_usize, 0..2_usize).prop_map(|(session, network)| Who::Guest(session, network)),
        1 => (0..2_usize).prop_map(Who::Visit),
        1 => Just(Who::Nobody),
    ];
    // Mostly views of one product: that is where caps are met.
    let event = prop_oneof![4 => Just(0_usize), 2 => Just(1), 1 => 2..EVENTS.len()];
    let event = (event, prop_oneof![3 => Just(0_usize), 1 => Just(1)], 0..HOURS.len());
    let happening = prop_oneof![
        6 => (who.clone(), prop::collection::vec(event, 1..6)).prop_map(|(who, events)| Happening::Recorded(who, events)),
        4 => (prop::collection::vec(any::<Index>(), 1..30), 1..9_usize)
            .prop_map(|(order, size)| Happening::Scored(order, size)),
        1 => who.prop_map(Happening::Erased),
    ];
    prop::collection::vec(happening, 1..24)
}

struct Case<'s> {
    shop: &'s Shop,
    /// Distinguishes the actors and references of cases, which share a database.
    case: Uuid,
    today: Timestamp,
    ids: Vec<InteractionId>,
}

impl Case<'_> {
    fn account(&self, number: u128) -> Uuid {
        Uuid::from_u128(self.case.as_u128() ^ (number + 1))
    }

    fn session(&self, number: usize) -> String {
        format!("{}-{number}", self.case)
    }

    fn reference(&self, number: usize) -> String {
        format!("{}-{number}", self.case.simple())
    }

    async fn record(&mut self, who: Who, events: &[(usize, usize, usize)]) {
        let (caller, account_id, session_id, network) = match who {
            Who::Account(number) => {
                (Caller::Account(self.account(number)), Some(self.account(number)), Some("any".to_owned()), "10.1.0.0")
            }
            Who::Guest(session, network) => {
                (Caller::Guest, None, Some(self.session(session)), ["10.1.0.0", "10.2.0.0"][network])
            }
            Who::Visit(session) => (Caller::Trusted, None, Some(self.session(session)), "10.3.0.0"),
            Who::Nobody => (Caller::Trusted, None, None, "10.3.0.0"),
        };
        // An import and the shop's services may send everything, shoppers what is recent.
        let is_trusted = caller.is_trusted();
        let may_send = |(event, _, hours): &&(usize, usize, usize)| is_trusted || *event != 2 && HOURS[*hours] < 24 * 7;
        let item = |&(event, reference, hours): &(usize, usize, usize)| NewInteraction {
            origin: caller.origin(session_id.as_deref()),
            account_id,
            session_id: session_id.clone(),
            occurred_at: Some(self.today - SignedDuration::from_hours(HOURS[hours])),
            ..interaction(EVENTS[event], &self.reference(reference))
        };
        let items: Vec<_> = events.iter().filter(may_send).map(item).collect();
        if items.is_empty() {
            return;
        }
        self.ids.extend(record(&self.shop.database, caller, network, &items).await);
    }

    async fn happen(&mut self, happening: Happening) {
        let store = self.shop.database.store();
        match happening {
            Happening::Recorded(who, events) => self.record(who, &events).await,
            Happening::Scored(order, size) if !self.ids.is_empty() => {
                let hinted: Vec<_> = order.iter().map(|place| *place.get(&self.ids)).collect();
                for batch in hinted.chunks(size) {
                    popularity::apply(&store, batch).await.unwrap();
                }
            }
            Happening::Scored(..) => {}
            Happening::Erased(who) => {
                let mut whom = Whom::default();
                match who {
                    Who::Account(number) => {
                        let account = self.account(number);
                        whom.identities.accounts.insert(account);
                        whom.origins.push((Origin::of_account(account).as_uuid(), Uuid::new_v4()));
                    }
                    Who::Guest(session, _) | Who::Visit(session) => {
                        let session = self.session(session);
                        whom.origins.push((Origin::of_session(&session).as_uuid(), Uuid::new_v4()));
                        whom.identities.sessions.insert(session);
                    }
                    Who::Nobody => return,
                }
                // Two rows at a time, so that a cap is shared by what is erased and what is not yet.
                let mut transaction = store.begin().await.unwrap();
                anonymize_interaction::erase(&mut transaction, &whom, (Timestamp::now(), 2)).await.unwrap();
                transaction.commit().await.unwrap();
            }
        }
    }

    /// Compares what is stored with the log, counted naively.
    async fn check(&self) {
        let like = format!("reference LIKE '{}-%'", self.case.simple());
        let events = logged(&self.shop.database, &like.replace("reference", "ref_id")).await;
        assert_eq!(events.len(), self.ids.len());
        let day = self.today.as_second() / 86_400;
        let counting = counting(&events, caps(day));
        let stored = format!(
            "SELECT reference, event_type, extract(epoch FROM bucket)::bigint, counted, capped, excluded
             FROM analytic.activity WHERE {like} ORDER BY 1, 2, 3"
        );
        assert_eq!(self.shop.database.rows(&stored).await, activity(&events, &counting));
        for number in 0..2 {
            let id = self.reference(number).parse().unwrap();
            let row = popularity::get(&self.shop.database.store(), &id).await.unwrap();
            let weight =
                |event: &&CappedEvent| WEIGHTS.iter().find(|(name, ..)| *name == event.event_type).map_or(0, |it| it.1);
            let counted: Vec<_> =
                events.iter().filter(|it| counting.contains(&it.id) && it.reference == id.to_string()).collect();
            let views = counted.iter().filter(|event| event.event_type == "view").count();
            let score: i64 = counted.iter().map(weight).sum();
            let found = row.map_or((0, 0), |row| (row.score_micros.0, row.view_count));
            assert_eq!(found, (score, i64::try_from(views).unwrap()));
        }
    }
}

/// Records interactions of a caller from a network.
async fn record(
    database: &TestDatabase,
    caller: Caller,
    network: &str,
    items: &[NewInteraction],
) -> Vec<InteractionId> {
    let submission = Submission { caller, user_agent: None, ip_address: Some(network), guest_events_per_minute: None };
    let recorded = store::interaction::record(&database.store(), items, &submission).await.unwrap();
    recorded.into_iter().map(|item| item.recorded.new_id().unwrap_or_else(|| panic!("{item:?}"))).collect()
}

/// The logged events of these references.
async fn logged(database: &TestDatabase, filter: &str) -> Vec<CappedEvent> {
    let client = database.connect().await;
    let sql = format!(
        "SELECT id, event_type, ref_id, floor(extract(epoch FROM occurred_at))::bigint,
                floor(extract(epoch FROM date_created - occurred_at))::bigint, actor, network
         FROM analytic.interaction WHERE {filter}"
    );
    let event = |row: tokio_postgres::Row| CappedEvent {
        id: row.get(0),
        event_type: row.get(1),
        reference: row.get(2),
        second: row.get(3),
        delay: row.get(4),
        actor: row.get(5),
        network: row.get(6),
    };
    client.query(&sql, &[]).await.unwrap().into_iter().map(event).collect()
}

/// The rows of the activity that these events must have.
fn activity(events: &[CappedEvent], counting: &BTreeSet<i64>) -> Vec<String> {
    let mut cells = std::collections::BTreeMap::<_, [i64; 2]>::new();
    for event in events {
        let hour = event.second.div_euclid(3_600) * 3_600;
        let cell = cells.entry((&event.reference, &event.event_type, hour)).or_default();
        cell[usize::from(!counting.contains(&event.id))] += 1;
    }
    let line = |((reference, event, hour), [counted, capped]): ((&String, &String, i64), [i64; 2])| {
        format!("{reference} | {event} | {hour} | {counted} | {capped} | 0")
    };
    cells.into_iter().map(line).collect()
}

async fn run(shop: &Shop, happenings: Vec<Happening>) {
    let today = Step::Day.start(Timestamp::now(), &Zone::UTC);
    let mut case = Case { shop, case: Uuid::new_v4(), today, ids: Vec::new() };
    for happening in happenings {
        case.happen(happening).await;
    }
    // What is still outstanding, then everything once more.
    for _ in 0..2 {
        popularity::apply(&shop.database.store(), &case.ids).await.unwrap();
    }
    case.check().await;
}

#[test]
fn in_any_order_the_earliest_events_of_an_actor_and_of_a_network_count() {
    let runtime = Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::open());
    runtime.block_on(set_caps(&shop.database));
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&happenings(), |happenings| {
        runtime.block_on(run(&shop, happenings));
        Ok(())
    });
    checked.unwrap();
    // The recount of verify shares neither the scorer's way nor the one above.
    assert_eq!(runtime.block_on(shop.differences()), 0);
    // The database goes before the runtime that its connection runs on.
    drop(shop);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_batches_that_share_actors_and_networks_neither_deadlock_nor_exceed_a_cap() {
    let shop = Shop::open().await;
    let mut ids = Vec::new();
    for round in 0..20 {
        let guest = |number: u128| NewInteraction {
            session_id: Some(format!("visit-{}", number % 7)),
            ..interaction("view", ["a", "b", "c"][usize::try_from(number % 3).unwrap()])
        };
        let items: Vec<_> = (round..round + 30).map(guest).collect();
        ids.extend(record(&shop.database, Caller::Guest, "10.1.0.0", &items).await);
        let account = |number: u128| NewInteraction { account_id: Some(Uuid::from_u128(number % 5)), ..guest(number) };
        let items: Vec<_> = (round..round + 30).map(account).collect();
        ids.extend(record(&shop.database, Caller::Trusted, "10.1.0.0", &items).await);
    }
    let scorers = (0..6).map(|scorer| {
        let (store, mut ids) = (shop.database.store(), ids.clone());
        tokio::spawn(async move {
            // Each in its own order.
            let shift = 199 * scorer % ids.len();
            ids.rotate_left(shift);
            if scorer % 2 == 1 {
                ids.reverse();
            }
            for batch in ids.chunks(40) {
                popularity::apply(&store, batch).await.unwrap();
            }
        })
    });
    for scorer in scorers.collect::<Vec<_>>() {
        scorer.await.unwrap();
    }
    assert_eq!(shop.unscored().await, 0);
    assert_eq!(shop.differences().await, 0);
    let counted = "SELECT reference, sum(counted), sum(counted + capped) FROM analytic.activity GROUP BY 1 ORDER BY 1";
    // Five of each of the five accounts, and five of each of the seven visits: the network admits fifty.
    assert_eq!(shop.database.rows(counted).await, ["a | 60 | 400", "b | 60 | 400", "c | 60 | 400"]);
    assert_eq!(shop.deadlocks(Vec::new()).await, 0);
}

#[tokio::test]
async fn what_is_beyond_a_cap_shows_as_such_and_moves_no_score_and_no_counter() {
    let shop = Shop::open().await;
    let visit =
        |number: usize| NewInteraction { session_id: Some(format!("visit-{number}")), ..interaction("view", "a") };
    let mut ids = Vec::new();
    // One visit views the product seven times, and eleven others five times each.
    for number in std::iter::repeat_n(0, 7).chain((1..12).flat_map(|number| std::iter::repeat_n(number, 5))) {
        ids.extend(record(&shop.database, Caller::Guest, "10.1.0.0", &[visit(number)]).await);
    }
    let applied = popularity::apply(&shop.database.store(), &ids).await.unwrap();
    assert_eq!((applied.scored, applied.capped), (62, 12), "50 of the network count");
    let other = record(&shop.database, Caller::Guest, "10.2.0.0", &[visit(0)]).await;
    let applied = popularity::apply(&shop.database.store(), &other).await.unwrap();
    assert_eq!((applied.scored, applied.capped), (1, 0), "another network has its own cap");
    assert_eq!(shop.scores().await, ["a | 15300000 | 51"]);
    let explained = store::activity::explain(&shop.database.store(), &"a".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((explained.events[0].counts.counted, explained.events[0].counts.capped), (51, 12));
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn an_actor_is_the_account_for_whoever_sends_it_and_else_the_session() {
    let shop = Shop::open().await;
    let account = Uuid::from_u128(7);
    let of = |account_id, session: Option<&str>| NewInteraction {
        account_id,
        session_id: session.map(str::to_owned),
        ..interaction("dislike", "a")
    };
    let items =
        [of(Some(account), Some("s")), of(Some(account), None), of(None, Some("s")), of(None, None), of(None, None)];
    record(&shop.database, Caller::Trusted, "10.1.0.0", &items).await;
    record(&shop.database, Caller::Account(account), "10.1.0.0", &items[..1].iter().map(of_new).collect::<Vec<_>>())
        .await;
    let (account, session) = (Actor::of_account(account).as_uuid(), Actor::of_session("s").as_uuid());
    let actors = shop.database.rows("SELECT actor, network FROM analytic.interaction ORDER BY id").await;
    let expected = [format!("{account} | null"), format!("{account} | null"), format!("{session} | null")];
    assert_eq!(actors[..3], expected);
    assert_eq!(actors[3..], ["null | null".to_owned(), "null | null".to_owned(), format!("{account} | null")]);
    let scored = shop
        .database
        .number("SELECT count(*) FROM analytic.pending WHERE sink = 'popularity' AND actor IS NOT NULL")
        .await;
    assert_eq!(scored, 4, "pending says the same");
}

/// The same with another event id.
fn of_new(item: &NewInteraction) -> NewInteraction {
    NewInteraction { event_id: Uuid::now_v7(), ..item.clone() }
}

#[tokio::test]
async fn what_only_an_import_may_send_counts_in_full() {
    let shop = Shop::open().await;
    let hours = |hours| Some(Timestamp::now() - SignedDuration::from_hours(hours));
    let item = |ago| NewInteraction {
        session_id: Some("visit".to_owned()),
        occurred_at: hours(ago),
        ..interaction("dislike", "a")
    };
    let old: Vec<_> = [24 * 7 + 2, 24 * 7 + 2, 24 * 400].map(item).to_vec();
    let ids = record(&shop.database, Caller::Trusted, "10.1.0.0", &old).await;
    assert_eq!(popularity::apply(&shop.database.store(), &ids).await.unwrap().capped, 0);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.actor_day").await, 0, "and leaves no state");
    let recent = record(&shop.database, Caller::Trusted, "10.1.0.0", &[item(24 * 7), item(24 * 7)]).await;
    assert_eq!(popularity::apply(&shop.database.store(), &recent).await.unwrap().capped, 1);
    assert_eq!(shop.differences().await, 0);
}
