//! Whatever happens in any order: events, hints, erasures, exclusions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cross_tests::shop::Shop;
use domain::{Caller, InteractionId, NamedActor, NewInteraction, Origin, ProductId, Step, Zone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use store::erasure::Whom;
use store::exclusion::{self, Limits, Order};
use store::{anonymize_interaction, popularity};
use testkit::cap::{CappedEvent, counting};
use testkit::{TestDatabase, interaction};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::super::weight::WEIGHTS;
use super::{Sender, record};

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
    /// Events are recorded, by a bot or not: type, reference, time.
    Recorded(Who, bool, Vec<(usize, usize, usize)>),
    /// Hints come in, in any order, with repetitions, split into batches.
    Scored(Vec<Index>, usize),
    /// An account or a session is erased.
    Erased(Who),
    /// An account, a session or a network is excluded, from this time on or altogether; or included.
    Excluded(Who, bool, Option<usize>),
    Included(Who, bool),
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
        6 => (who.clone(), prop::bool::weighted(0.1), prop::collection::vec(event, 1..6))
            .prop_map(|(who, bot, events)| Happening::Recorded(who, bot, events)),
        4 => (prop::collection::vec(any::<Index>(), 1..30), 1..9_usize)
            .prop_map(|(order, size)| Happening::Scored(order, size)),
        1 => who.clone().prop_map(Happening::Erased),
        1 => (who.clone(), any::<bool>(), prop::option::of(0..HOURS.len()))
            .prop_map(|(who, network, since)| Happening::Excluded(who, network, since)),
        1 => (who, any::<bool>()).prop_map(|(who, network)| Happening::Included(who, network)),
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

    fn network(&self, number: usize) -> String {
        format!("{}-net-{number}", self.case)
    }

    /// What an operator may name: a guest by the session or by the network.
    fn named(&self, who: Who, by_network: bool) -> Option<NamedActor> {
        match who {
            Who::Account(number) => Some(NamedActor::Account(self.account(number))),
            Who::Guest(_, network) if by_network => Some(NamedActor::Network(self.network(network))),
            Who::Guest(session, _) | Who::Visit(session) => Some(NamedActor::Session(self.session(session))),
            Who::Nobody => None,
        }
    }

    fn reference(&self, number: usize) -> String {
        format!("{}-{number}", self.case.simple())
    }

    async fn record(&mut self, who: Who, bot: bool, events: &[(usize, usize, usize)]) {
        let (caller, account_id, session_id, network) = match who {
            Who::Account(number) => {
                (Caller::Account(self.account(number)), Some(self.account(number)), Some("any".to_owned()), 0)
            }
            Who::Guest(session, network) => (Caller::Guest, None, Some(self.session(session)), network),
            Who::Visit(session) => (Caller::Trusted, None, Some(self.session(session)), 0),
            Who::Nobody => (Caller::Trusted, None, None, 0),
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
        let sender = Sender { caller, network: &self.network(network), bot };
        self.ids.extend(record(&self.shop.database, sender, &items).await);
    }

    async fn happen(&mut self, happening: Happening) {
        let store = self.shop.database.store();
        match happening {
            Happening::Recorded(who, bot, events) => self.record(who, bot, &events).await,
            Happening::Scored(order, size) if !self.ids.is_empty() => {
                let hinted: Vec<_> = order.iter().map(|place| *place.get(&self.ids)).collect();
                for batch in hinted.chunks(size) {
                    popularity::apply(&store, batch).await.unwrap();
                }
            }
            Happening::Scored(..) => {}
            Happening::Erased(who) => self.erase(who).await,
            Happening::Excluded(who, by_network, since) => {
                let since = since.map(|hours| self.today - SignedDuration::from_hours(HOURS[hours]));
                self.order(self.named(who, by_network), Order::Exclude { since, reason: "test" }).await;
            }
            Happening::Included(who, by_network) => self.order(self.named(who, by_network), Order::Include).await,
        }
    }

    async fn order(&self, whom: Option<NamedActor>, order: Order<'_>) {
        let Some(whom) = whom else { return };
        let mut client = self.shop.database.connect().await;
        let limits = Limits { lock: Duration::from_secs(5), dry_run: true, moves: 5 };
        let tried = exclusion::apply(&mut client, (&whom, "test"), order, limits).await.unwrap();
        let done =
            exclusion::apply(&mut client, (&whom, "test"), order, Limits { dry_run: false, ..limits }).await.unwrap();
        assert_eq!(tried, done, "a dry run says what happens, and changes nothing");
    }

    async fn erase(&self, who: Who) {
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
        let store = self.shop.database.store();
        let mut transaction = store.begin().await.unwrap();
        anonymize_interaction::erase(&mut transaction, &whom, (Timestamp::now(), 2)).await.unwrap();
        transaction.commit().await.unwrap();
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
            let id: ProductId = self.reference(number).parse().unwrap();
            let rows = popularity::get_many(&self.shop.database.store(), std::slice::from_ref(&id)).await.unwrap();
            let weight = |event: &&CappedEvent| {
                WEIGHTS.iter().find(|(name, ..)| *name == event.event_type).map_or(0, |entry| entry.1)
            };
            let counted: Vec<_> = events
                .iter()
                .filter(|event| counting.contains(&event.id) && event.reference == id.to_string())
                .collect();
            let views = counted.iter().filter(|event| event.event_type == "view").count();
            let score: i64 = counted.iter().map(weight).sum();
            let found = rows.first().map_or((0, 0), |(_, row)| (row.score_micros.0, row.view_count));
            assert_eq!(found, (score, i64::try_from(views).unwrap()));
        }
    }
}

/// The logged events of these references.
async fn logged(database: &TestDatabase, filter: &str) -> Vec<CappedEvent> {
    let client = database.connect().await;
    let sql = format!(
        "SELECT id, event_type, ref_id, floor(extract(epoch FROM occurred_at))::bigint,
                floor(extract(epoch FROM date_created - occurred_at))::bigint, actor, network, bot
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
        excluded: row.get(7),
    };
    let mut events: Vec<_> = client.query(&sql, &[]).await.unwrap().into_iter().map(event).collect();
    let in_force = "SELECT actor, CASE WHEN since > '-infinity' THEN floor(extract(epoch FROM since))::bigint END
                    FROM analytic.exclusion WHERE date_ended IS NULL";
    for row in client.query(in_force, &[]).await.unwrap() {
        let (actor, since): (Option<Uuid>, Option<i64>) = (row.get(0), row.get(1));
        for event in &mut events {
            let is_theirs = event.actor == actor || event.network == actor;
            event.excluded |= is_theirs && since.is_none_or(|since| event.second >= since);
        }
    }
    events
}

/// The rows of the activity that these events must have.
fn activity(events: &[CappedEvent], counting: &BTreeSet<i64>) -> Vec<String> {
    let mut cells = BTreeMap::<_, [i64; 3]>::new();
    for event in events {
        let hour = event.second.div_euclid(3_600) * 3_600;
        let cell = cells.entry((&event.reference, &event.event_type, hour)).or_default();
        cell[if event.excluded { 2 } else { usize::from(!counting.contains(&event.id)) }] += 1;
    }
    let line = |((reference, event, hour), [counted, capped, excluded]): ((&String, &String, i64), [i64; 3])| {
        format!("{reference} | {event} | {hour} | {counted} | {capped} | {excluded}")
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
