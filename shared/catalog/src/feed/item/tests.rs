use super::*;

fn viewed(id: i64) -> Interaction {
    Interaction {
        id: InteractionId(id),
        account_id: Some(Uuid::from_u128(1)),
        session_id: Some("s-1".to_owned()),
        event_type: "view".to_owned(),
        ref_type: "Product".to_owned(),
        ref_id: Uuid::from_u128(2).to_string(),
        metadata: r#"{"a":1}"#.to_owned(),
        occurred_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        date_created: "2026-11-20T23:59:59.5Z".parse().unwrap(),
    }
}

fn grouped(interactions: &[Interaction]) -> Vec<Item> {
    Item::group(&interactions.iter().collect::<Vec<_>>())
}

/// The item of interactions of one subject.
fn item(interactions: &[Interaction]) -> Item {
    let mut items = grouped(interactions);
    assert_eq!(items.len(), 1);
    items.pop().unwrap()
}

fn ids(item: &Item) -> Vec<i64> {
    item.entries().iter().map(|entry| entry.id.0).collect()
}

#[test]
fn each_account_and_session_has_an_item_and_the_rest_one_a_day() {
    let guest = Interaction { account_id: None, ..viewed(2) };
    let elsewhere = Interaction { session_id: Some("s-2".to_owned()), ..viewed(3) };
    let machine = Interaction { account_id: None, session_id: None, ..viewed(4) };
    let next_day = Interaction { date_created: "2026-11-21T00:00:00Z".parse().unwrap(), ..machine.clone() };
    let next_day = Interaction { id: InteractionId(5), ..next_day };
    let service = Interaction { session_id: None, ..viewed(6) };
    let items = grouped(&[viewed(1), guest, elsewhere, machine, next_day, service, viewed(7)]);
    let held: Vec<_> = items.iter().map(|item| format!("{} {:?}", item.key().0, ids(item))).collect();
    let account = "account#00000000-0000-0000-0000-000000000001";
    let wanted = [
        format!("{account} [6]"),
        format!("{account} [1, 7]"),
        format!("{account} [3]"),
        "anonymous#2026-11-20 [4]".to_owned(),
        "anonymous#2026-11-21 [5]".to_owned(),
        "session#s-1 [2]".to_owned(),
    ];
    assert_eq!(held, wanted);
}

#[test]
fn sort_keys_sort_by_the_time_and_then_the_id_of_the_first() {
    let later = Interaction { date_created: "2026-11-21T00:00:00Z".parse().unwrap(), ..viewed(1) };
    let (nine, ten, later) = (item(&[later.clone(), viewed(9)]), item(&[viewed(10)]), item(&[later]));
    assert!(nine.sort_key < ten.sort_key && ten.sort_key < later.sort_key);
}

#[test]
fn the_same_interactions_have_the_same_key_and_others_another() {
    let of = |ids: &[i64]| item(&ids.iter().map(|id| viewed(*id)).collect::<Vec<_>>()).sort_key;
    assert_eq!(of(&[1, 2, 4]), of(&[4, 1, 2]));
    let keys = [of(&[1]), of(&[1, 2]), of(&[1, 4]), of(&[1, 2, 4]), of(&[1, 3, 4])];
    assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), keys.len(), "{keys:?}");
}

#[test]
fn an_item_stays_as_long_as_its_latest_interaction() {
    let later = Interaction { date_created: "2026-11-22T00:00:00Z".parse().unwrap(), ..viewed(1) };
    let expires_at = |interactions: &[Interaction]| item(interactions).attributes()["expires_at"].clone();
    assert_eq!(expires_at(&[viewed(2), later.clone()]), expires_at(&[later]));
}

#[test]
fn halves_hold_everything_and_a_single_interaction_has_none() {
    let halves = item(&[viewed(1), viewed(2), viewed(3)]).halves().unwrap();
    assert_eq!(halves.each_ref().map(ids), [vec![1], vec![2, 3]]);
    assert_eq!(ids(&item(&[viewed(1)]).halves().unwrap_err()), [1]);
}

#[test]
fn what_is_read_is_what_was_written() {
    let written = item(&[viewed(1), viewed(2)]);
    let read = Item::read(&written.attributes()).unwrap();
    assert_eq!(read.attributes(), written.attributes());
    assert!(Item::read(&HashMap::from([text("pk", "account#1".to_owned())])).is_none());
}

#[test]
fn an_item_of_two_persons_becomes_one_of_nobody_and_one_of_the_later() {
    let both = [viewed(1), viewed(2), viewed(3)];
    let (nobodys, persons) = item(&both).without_person(|id| id != InteractionId(2));
    let (nobodys, persons) = (nobodys.unwrap(), persons.unwrap());
    assert_eq!((ids(&nobodys), ids(&persons)), (vec![1, 3], vec![2]));
    assert_eq!(persons.attributes(), item(&[viewed(2)]).attributes());
    assert_eq!(nobodys.key().0, "anonymous#2026-11-20");
    let attributes = format!("{:?}", nobodys.attributes());
    for trace in [&Uuid::from_u128(1).to_string(), "s-1", r#"a\":1"#] {
        assert!(!attributes.contains(trace), "{attributes}");
    }
    assert!(item(&both).without_person(|_| false).0.is_none());
    assert!(item(&both).without_person(|_| true).1.is_none());
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn bytes(attributes: &Attributes) -> usize {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::L(list) => {
            3 + list
                .iter()
                .map(|entry| 1 + 3 + bytes(entry.as_m().unwrap()) + entry.as_m().unwrap().len())
                .sum::<usize>()
        }
        other => panic!("{other:?}"),
    };
    attributes.iter().map(|(name, attribute)| name.len() + value(attribute)).sum()
}

#[test]
fn a_typical_item_has_the_size_that_the_cost_is_computed_with() {
    let typical = |id: i64| Interaction {
        session_id: Some(Uuid::from_u128(3).to_string()),
        event_type: "add_to_cart".to_owned(),
        metadata: r#"{"quantity":2,"price":19}"#.to_owned(),
        ..viewed(1_234_567_890 + id)
    };
    let of = |count| bytes(&item(&(0..count).map(typical).collect::<Vec<_>>()).attributes());
    assert_eq!(of(1), (FEED_ITEM_BYTES + FEED_INTERACTION_BYTES) as usize);
    assert_eq!(of(25), (FEED_ITEM_BYTES + 25 * FEED_INTERACTION_BYTES) as usize);
}
