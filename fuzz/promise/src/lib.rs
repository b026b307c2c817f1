//! The properties that hold for every external input, whatever its bytes are.
//!
//! Each function parses one kind of input and panics when a property is violated. The fuzzer calls them with generated
//! bytes, a test with the corpus.

use contracts::{
    Cursor, Hint, ItemOutcome, PageStart, RankCursor, RankQuery, RequestError, Sender, TopQuery, read_request,
};
use domain::RankScope;
use domain::{Caller, EventNames, NewInteraction};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

const ACCOUNT: Uuid = Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_000a);
/// The time for which the corpus was written.
const ARRIVAL: &str = "2026-11-20T12:00:00Z";

/// Reads the body of a recording request as every kind of caller.
pub fn request(input: &[u8]) {
    for caller in [Caller::Account(ACCOUNT), Caller::Guest, Caller::Trusted] {
        let first = read(input, caller);
        assert_eq!(first, read(input, caller), "reading is not repeatable");
        match first {
            Ok(items) => items.iter().flatten().for_each(|item| stays_the_same(item, caller)),
            Err(error) => assert!(error.to_string().chars().count() < 400, "a long refusal"),
        }
    }
}

fn read(input: &[u8], caller: Caller) -> Result<Vec<ItemOutcome>, RequestError> {
    let arrival: Timestamp = ARRIVAL.parse().expect("a time");
    let names = EventNames::known();
    read_request(input, &Sender { caller, arrival, names: &names }, || Uuid::from_u128(1))
}

/// Writes an accepted item in its canonical form and reads it again.
fn stays_the_same(item: &NewInteraction, caller: Caller) {
    let texts = [item.session_id.as_deref(), Some(item.metadata.as_str()), Some(item.reference.ref_id())];
    assert!(!texts.into_iter().flatten().any(|text| text.contains('\0')), "U+0000: {item:?}");
    let written = json!({
        "event_id": item.event_id,
        "event_type": item.event_type.as_str(),
        "ref_type": item.reference.ref_type().as_str(),
        "ref_id": item.reference.ref_id(),
        "session_id": item.session_id,
        "occurred_at": item.occurred_at,
        "account_id": item.account_id,
    });
    let written = written.to_string();
    let body = format!(r#"{{"interactions":[{},"metadata":{}}}]}}"#, &written[..written.len() - 1], item.metadata);
    // The canonical form of an id may be a few bytes longer than what was sent; bodies of the fuzzer are far below the
    // limit.
    assert_eq!(read(body.as_bytes(), caller), Ok(vec![Ok(item.clone())]), "{body}");
}

/// Reads the body of a queue message.
pub fn hint(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(hint) = Hint::read(text) {
        assert!(hint.interaction_id.0 > 0);
        assert_eq!(Hint::read(&hint.body()), Ok(hint));
    }
}

/// Reads a cursor. Only what was written is accepted.
pub fn cursor(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(cursor) = Cursor::decode(text) {
        assert_eq!(cursor.encode(), text);
    }
}

/// Reads the parameters of the top list, given as `name=value` joined by `&`.
pub fn top(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let parameters = || text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let Ok(query) = TopQuery::read(parameters()) else { return };
    assert_eq!(TopQuery::read(parameters()), Ok(query.clone()));
    assert!((1..=contracts::LIMIT_MAX).contains(&query.limit));
    let position = match &query.position {
        &PageStart::Page(page) => {
            assert!(page >= 1 && page.saturating_mul(query.limit) <= contracts::PAGED_ROWS_MAX);
            ("page", page.to_string())
        }
        PageStart::After(cursor) => ("cursor", cursor.encode()),
        PageStart::Ranked(ranked) => return ranked_again(ranked, query.limit),
    };
    let limit = query.limit.to_string();
    let written = [("limit", limit.as_str()), (position.0, position.1.as_str())];
    assert_eq!(TopQuery::read(written.into_iter()), Ok(query));
}

/// Writes the parameters of a rank list and reads them again.
fn ranked_again(ranked: &RankQuery, limit: u32) {
    let (limit, cursor) = (limit.to_string(), ranked.after.as_ref().map(RankCursor::encode));
    let whose = match &ranked.scope {
        RankScope::Shop => None,
        RankScope::Category(id) => Some(("category_id", id.as_str())),
        RankScope::Seller(id) => Some(("seller_id", id.as_str())),
    };
    let written = [("limit", limit.as_str()), ("rank", ranked.list.as_str())].into_iter().chain(whose);
    let read = TopQuery::read(written.chain(cursor.as_deref().map(|cursor| ("cursor", cursor))));
    assert_eq!(read.map(|query| query.position), Ok(PageStart::Ranked(ranked.clone())));
}
