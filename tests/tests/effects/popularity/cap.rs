//! Daily caps: the earliest events of each actor and network count, and no others.

mod any_order;

use cross_tests::shop::Shop;
use domain::{Actor, Caller, InteractionId, NamedActor, NewInteraction, Origin};
use jiff::{SignedDuration, Timestamp};
use store::erasure::Whom;
use store::exclusion::{self, Limits, Order, Outcome};
use store::interaction::Submission;
use store::{anonymize_interaction, popularity};
use testkit::{TestDatabase, interaction};
use uuid::Uuid;

/// Who sends, and where from.
#[derive(Clone, Copy)]
struct Sender<'a> {
    caller: Caller,
    network: &'a str,
    bot: bool,
}

const GUEST: Sender<'_> = Sender { caller: Caller::Guest, network: "10.1.0.0", bot: false };
const SERVICE: Sender<'_> = Sender { caller: Caller::Trusted, ..GUEST };

/// Records interactions.
async fn record(database: &TestDatabase, sender: Sender<'_>, items: &[NewInteraction]) -> Vec<InteractionId> {
    let submission = Submission {
        caller: sender.caller,
        user_agent: None,
        ip_address: Some(sender.network),
        is_bot: sender.bot,
        guest_events_per_minute: None,
    };
    let recorded = store::interaction::record(&database.store(), items, &submission).await.unwrap();
    recorded.into_iter().map(|item| item.recorded.new_id().unwrap_or_else(|| panic!("{item:?}"))).collect()
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
        ids.extend(record(&shop.database, GUEST, &items).await);
        let account = |number: u128| NewInteraction { account_id: Some(Uuid::from_u128(number % 5)), ..guest(number) };
        let items: Vec<_> = (round..round + 30).map(account).collect();
        ids.extend(record(&shop.database, SERVICE, &items).await);
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
        ids.extend(record(&shop.database, GUEST, &[visit(number)]).await);
    }
    let applied = popularity::apply(&shop.database.store(), &ids).await.unwrap();
    assert_eq!((applied.scored, applied.capped), (62, 12), "50 of the network count");
    let other = record(&shop.database, Sender { network: "10.2.0.0", ..GUEST }, &[visit(0)]).await;
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
    record(&shop.database, SERVICE, &items).await;
    record(
        &shop.database,
        Sender { caller: Caller::Account(account), ..GUEST },
        &items[..1].iter().map(of_new).collect::<Vec<_>>(),
    )
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
    let ids = record(&shop.database, SERVICE, &old).await;
    assert_eq!(popularity::apply(&shop.database.store(), &ids).await.unwrap().capped, 0);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.actor_day").await, 0, "and leaves no state");
    let recent = record(&shop.database, SERVICE, &[item(24 * 7), item(24 * 7)]).await;
    assert_eq!(popularity::apply(&shop.database.store(), &recent).await.unwrap().capped, 1);
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn bots_and_the_excluded_do_not_count_and_what_is_included_again_is_as_before() {
    let shop = Shop::open().await;
    let view = |session: &str| NewInteraction { session_id: Some(session.to_owned()), ..interaction("view", "a") };
    let mut ids = record(&shop.database, Sender { bot: true, ..GUEST }, &[view("bot")]).await;
    ids.extend(record(&shop.database, Sender { bot: true, ..SERVICE }, &[view("vouched for")]).await);
    for session in 0..12 {
        let items: Vec<_> = (0..5).map(|_| view(&session.to_string())).collect();
        ids.extend(record(&shop.database, GUEST, &items).await);
    }
    let applied = popularity::apply(&shop.database.store(), &ids).await.unwrap();
    assert_eq!((applied.scored, applied.capped, applied.excluded), (62, 10, 1), "a service is no bot");
    let before = (shop.popularity().await[0].clone(), state(&shop).await);
    let (first, network) = (NamedActor::Session("0".to_owned()), NamedActor::Network("10.1.0.0".to_owned()));

    // when: others take the places of the guest who is excluded; then the whole network is
    let moved = order(&shop, &first, Order::Exclude { since: None, reason: "pushes" }).await;
    assert_eq!(moved, [0, -5, 5]);
    assert_eq!(order(&shop, &network, Order::Exclude { since: None, reason: "" }).await, [-50, -5, 55]);
    assert_eq!(shop.scores().await, ["a | 300000 | 1"]);
    assert_eq!(shop.differences().await, 0);
    // then: what comes later is excluded as well
    let later = record(&shop.database, GUEST, &[view("new")]).await;
    assert_eq!(popularity::apply(&shop.database.store(), &later).await.unwrap().excluded, 1);

    // when: both are included again
    order(&shop, &first, Order::Include).await;
    order(&shop, &network, Order::Include).await;
    assert_eq!((shop.popularity().await[0].clone(), state(&shop).await), before);
    assert_eq!(shop.differences().await, 0);
    let list = exclusion::list(&shop.database.store(), true, None).await.unwrap();
    assert!(list.len() == 2 && list.iter().all(|decision| decision.ended.is_some()), "the decisions stay: {list:?}");
    assert_eq!(exclusion::list(&shop.database.store(), false, None).await.unwrap(), []);
}

#[tokio::test]
async fn a_second_erasure_keeps_the_cap_that_later_events_share_with_what_the_first_one_erased() {
    let shop = Shop::open().await;
    let account = Uuid::from_u128(7);
    let view = || NewInteraction { account_id: Some(account), ..interaction("view", "p") };
    let mut ids = record(&shop.database, SERVICE, &[view(), view(), view()]).await;
    let until = Timestamp::now();
    ids.extend(record(&shop.database, SERVICE, &[view(), view(), view()]).await);
    popularity::apply(&shop.database.store(), &ids).await.unwrap();
    let mut whom = Whom::default();
    whom.identities.accounts.insert(account);
    whom.origins.push((Origin::of_account(account).as_uuid(), Uuid::new_v4()));
    let store = shop.database.store();
    for until in [until, Timestamp::now()] {
        let mut transaction = store.begin().await.unwrap();
        anonymize_interaction::erase(&mut transaction, &whom, (until, 100)).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(shop.differences().await, 0, "five of six views count, whoever was erased when");
    }
    let named = "SELECT count(*) FROM analytic.interaction WHERE account_id IS NOT NULL OR actor = ";
    let actor = Actor::of_account(account).as_uuid();
    assert_eq!(shop.database.number(&format!("{named}'{actor}'")).await, 0);
}

/// The state of the caps.
async fn state(shop: &Shop) -> Vec<String> {
    shop.database
        .rows("SELECT day, actor, reference, event_type, kept, guests, cap FROM analytic.actor_day ORDER BY 1, 2")
        .await
}

/// Carries out an order, and returns how many events are counted, capped and excluded more than before.
async fn order(shop: &Shop, whom: &NamedActor, order: Order<'_>) -> [i64; 3] {
    let limits = Limits { lock: std::time::Duration::from_secs(5), dry_run: false, moves: 5 };
    match exclusion::apply(&mut shop.database.connect().await, (whom, "test"), order, limits).await.unwrap() {
        Outcome::Moved(moved) => [moved.counted, moved.capped, moved.excluded],
        other => panic!("{other:?}"),
    }
}
