//! One transaction: log events, fold the states that they change, update the figures, derive interactions.
//!
//! Every transaction takes its locks in the same order: events, subjects, references, derived event ids, links of
//! customers, customers, figures; within each by key. A transaction that changes products locks no orders, one that
//! changes orders takes only shared locks on products.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use domain::fraud::FindingId;
use domain::{
    Attributions, Contribution, DerivedInteraction, ProductState, ShopEvent, Subject, event_contribution,
    opinion_contribution, opinion_interaction, order_contribution, order_interactions, user_contribution,
};
use store::interaction::Derived;
use store::projection::Projection;
use store::shop_event::Logged;
use store::{Database, StoreError, Transaction};

use crate::fraud;
use crate::state::{States, SubjectKey, changed, decided, named, products, relied_on};

/// The result of a transaction.
#[derive(Debug)]
pub(crate) struct Projected {
    /// The outcome of each event.
    pub(crate) logged: Vec<Logged>,
    /// The outcome of the derived interactions.
    pub(crate) derived: Derived,
    /// The findings with a pending alert.
    pub(crate) owed: Vec<FindingId>,
}

/// Logs events and applies those that are new, and projects stale subjects again, in one transaction.
///
/// Fraud rules evaluate the new orders.
///
/// # Errors
/// See [`StoreError`]; then nothing was stored, or the outcome of the commit is unknown. May be repeated.
pub(crate) async fn project(
    database: &Database,
    rules: &fraud::Rules<'_>,
    events: &[ShopEvent],
    stale: &[SubjectKey],
) -> Result<Projected, StoreError> {
    let references = named(events);
    if !references.is_empty() {
        store::product::announce(database, &references).await?;
    }
    let mut transaction = begin(database).await?;
    match run(&mut transaction, rules, events, stale).await {
        Ok(projected) => transaction.commit().await.map(|()| projected),
        Err(error @ StoreError::Refused { .. }) => transaction.roll_back().await.and(Err(error)),
        Err(error) => Err(error),
    }
}

/// Begins a transaction that no erasure overlaps.
async fn begin(database: &Database) -> Result<Transaction<'_>, StoreError> {
    loop {
        let mut transaction = database.begin().await?;
        if store::erasure::admit_projection(&mut transaction).await? {
            return Ok(transaction);
        }
        // An erasure was committed after it began: the next one begins later.
        transaction.roll_back().await?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn run(
    transaction: &mut Transaction<'_>,
    rules: &fraud::Rules<'_>,
    events: &[ShopEvent],
    stale: &[SubjectKey],
) -> Result<Projected, StoreError> {
    let logged = if events.is_empty() { Vec::new() } else { store::shop_event::insert(transaction, events).await? };
    let new = events.iter().zip(&logged).filter(|(_, logged)| **logged == Logged::New).map(|(event, _)| event.clone());
    let mut new: Vec<_> = new.collect();
    let subjects: BTreeSet<_> = new.iter().filter_map(changed).chain(stale.iter().cloned()).collect();
    let subjects: Vec<_> = subjects.into_iter().collect();
    let mut difference = Contribution::default();
    for event in &new {
        difference.merge(&event_contribution(event));
    }
    let mut derived = Derived::default();
    if !subjects.is_empty() {
        let mut projections = store::projection::lock(transaction, &subjects).await?;
        let mut events_of_subject = store::shop_event::list_of(transaction, &subjects).await?;
        new = store::shop_event::keep_erased(transaction, &new, &mut events_of_subject).await?;
        change_products(transaction, &products(&events_of_subject)).await?;
        let known = attributions(transaction, &relied_on(&events_of_subject)).await?;
        let states = States::fold(&events_of_subject, &known);
        save(transaction, &states, &known).await?;
        store::projection::clear_stale(transaction, &subjects).await?;
        let wanted = move_on(&mut projections, &Caused::by(&states, &known), &mut difference);
        store::projection::save(transaction, &projections).await?;
        derived = store::interaction::record_derived(transaction, &wanted).await?;
    }
    let links: Vec<_> = new.iter().filter_map(|event| event.link.as_ref()).collect();
    store::customer_link::insert(transaction, &links).await?;
    let owed = fraud::detect(transaction, &new, rules).await?;
    store::rollup::apply(transaction, &difference).await?;
    Ok(Projected { logged, derived, owed })
}

/// Writes products, and marks the subjects that use a reference whose product has changed.
async fn change_products(
    transaction: &mut Transaction<'_>,
    products: &[(&str, ProductState)],
) -> Result<(), StoreError> {
    if products.is_empty() {
        return Ok(());
    }
    let references = decided(products);
    store::product::lock_for_change(transaction, &references).await?;
    let before = store::product::get_attributions(transaction, &references).await?;
    let products: Vec<_> = products.iter().map(|(id, product)| (*id, product)).collect();
    store::product::save(transaction, &products).await?;
    let after = store::product::get_attributions(transaction, &references).await?;
    let (old, new) = (skus(&references, &before), skus(&references, &after));
    if old != new {
        store::popularity::remap_skus(transaction, &new).await?;
    }
    let moved: Vec<_> =
        references.iter().filter(|reference| before.get(*reference) != after.get(*reference)).cloned().collect();
    if moved.is_empty() { Ok(()) } else { store::projection::mark_stale(transaction, &moved).await }
}

/// Returns for each reference the product that it resolves to as a SKU; a product's own id resolves only to itself.
fn skus<'a>(references: &'a [String], known: &'a Attributions) -> Vec<(&'a str, Option<&'a str>)> {
    let product = |reference: &str| known.get(reference).map(|found| &*found.product_id).filter(|id| *id != reference);
    references.iter().map(|reference| (&**reference, product(reference))).collect()
}

/// Reads the products that the references of orders and opinions resolve to, and locks the references against changes.
async fn attributions(transaction: &mut Transaction<'_>, references: &[String]) -> Result<Attributions, StoreError> {
    if references.is_empty() {
        return Ok(Attributions::new());
    }
    store::product::lock_for_reading(transaction, references).await?;
    store::product::get_attributions(transaction, references).await
}

async fn save(transaction: &mut Transaction<'_>, states: &States, known: &Attributions) -> Result<(), StoreError> {
    if !states.orders.is_empty() {
        let orders: Vec<_> = states.orders.iter().map(|(id, order)| (&**id, order)).collect();
        store::order::save(transaction, &orders).await?;
        store::order::save_lines(transaction, &orders, known).await?;
        store::order::save_payments(transaction, &orders).await?;
    }
    if !states.opinions.is_empty() {
        let opinions: Vec<_> =
            states.opinions.iter().map(|(subject, id, opinion)| (*subject, &**id, opinion)).collect();
        store::opinion::save(transaction, &opinions, known).await?;
    }
    if !states.users.is_empty() {
        let users: Vec<_> = states.users.iter().map(|(key, user)| (&**key, user)).collect();
        store::user::save(transaction, &users).await?;
    }
    Ok(())
}

/// The contribution of each subject to the figures, and the interactions derived from it.
struct Caused(HashMap<SubjectKey, (Contribution, Vec<DerivedInteraction>)>);

impl Caused {
    fn by(states: &States, known: &Attributions) -> Self {
        let mut caused = HashMap::new();
        for (id, order) in &states.orders {
            let derived = order_interactions(id, order, known);
            caused.insert((Subject::Order, id.clone()), (order_contribution(order, known), derived));
        }
        for (subject, id, opinion) in &states.opinions {
            let derived = opinion_interaction((*subject, id), opinion, known).into_iter().collect();
            caused.insert((*subject, id.clone()), (opinion_contribution(opinion, known), derived));
        }
        for (key, user) in &states.users {
            caused.insert((Subject::User, key.clone()), (user_contribution(user), Vec::new()));
        }
        Self(caused)
    }
}

/// Updates projections: adds new minus old to the difference, and returns the interactions that were not derived
/// before.
fn move_on(projections: &mut [Projection], caused: &Caused, difference: &mut Contribution) -> Vec<DerivedInteraction> {
    let mut wanted = Vec::new();
    for projection in projections {
        let Some((contribution, derived)) = caused.0.get(&projection.subject) else { continue };
        difference.merge(contribution);
        difference.subtract(&projection.contribution);
        projection.contribution.clone_from(contribution);
        let known: HashSet<_> = projection.derived.iter().copied().collect();
        let fresh: Vec<_> = derived.iter().filter(|event| !known.contains(&event.event_id)).cloned().collect();
        projection.derived.extend(fresh.iter().map(|event| event.event_id));
        projection.derived.sort();
        let current: HashSet<_> = derived.iter().map(|event| event.event_id).collect();
        projection.withdrawn = projection.derived.iter().filter(|id| !current.contains(id)).copied().collect();
        wanted.extend(fresh);
    }
    wanted
}
