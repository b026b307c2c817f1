//! An event as accept-events forwards it: parsed, without anything personal, under a seal.
//!
//! The queue holds messages for days, and its dead letters for two weeks, so it holds the parsed event and not the
//! producer's text. The consumer gets exactly that event, under the same id: nothing is parsed or hashed a second time.
//! The seal is an HMAC with the address key, which producers do not know: an event on the bus can neither claim to have
//! been parsed nor claim the hash of someone's address.

use domain::ShopEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::address_key::AddressKey;
use crate::{Rejection, RejectionCode};

/// The start of a sealed event; no producer's event starts like this.
const START: &str = r#"{"sealed":"#;

#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    #[serde(borrow)]
    sealed: &'a RawValue,
    seal: String,
}

/// Writes a parsed event under a seal.
pub(crate) fn seal(event: &ShopEvent, key: &AddressKey) -> String {
    let text = serde_json::to_string(event).expect("times, ids and amounts always serialize");
    let text = without_noncharacters(&text);
    let seal = key.seal(&text);
    format!(r#"{START}{text},"seal":"{seal}"}}"#)
}

/// Opens a sealed event; `None` when the message is not sealed.
pub(super) fn open(body: &str, key: &AddressKey) -> Option<Result<ShopEvent, Rejection>> {
    let broken = || Rejection::new(RejectionCode::Malformed, "seal: does not fit the event");
    body.starts_with(START).then(|| {
        let sealed: Sealed<'_> = serde_json::from_str(body).map_err(|_| broken())?;
        if !key.has_sealed(sealed.sealed.get(), &sealed.seal) {
            return Err(broken());
        }
        serde_json::from_str(sealed.sealed.get()).map_err(|_| broken())
    })
}

/// Reads a sealed event without verifying its seal; `None` when the message is not sealed.
///
/// For operators who inspect dead letters without the key. Never for anything that acts on the event.
#[must_use]
pub fn peek_sealed_event(body: &str) -> Option<ShopEvent> {
    let sealed: Sealed<'_> = body.starts_with(START).then(|| serde_json::from_str(body).ok())??;
    serde_json::from_str(sealed.sealed.get()).ok()
}

/// Escapes the two characters that JSON allows and SQS does not; one of them would fail a whole batch.
///
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
fn without_noncharacters(json: &str) -> String {
    // Valid JSON has them inside strings only, and never after a backslash.
    json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}
