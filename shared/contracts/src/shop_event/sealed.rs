//! An event as accept-events hands it on: read already, without anything personal, under a seal.
//!
//! The queue holds messages for days, and its dead letters for two weeks, so what goes into it is not the producer's text
//! but what was read of it. Whoever reads the message gets exactly that event, under the same id: nothing is read or
//! hashed a second time. The seal is an HMAC with the key of addresses, which producers do not know: an event that comes
//! over the bus can neither claim to have been read nor pretend to know the hash of somebody's address.

use domain::ShopEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::AddressKey;
use crate::{Rejection, RejectionCode};

/// How a sealed event starts; no event of a producer does.
const START: &str = r#"{"sealed":"#;

#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    #[serde(borrow)]
    sealed: &'a RawValue,
    seal: String,
}

/// Writes an event that was read, under a seal.
pub(crate) fn seal(event: &ShopEvent, key: &AddressKey) -> String {
    let text = serde_json::to_string(event).expect("times, ids and amounts always serialize");
    let text = without_noncharacters(&text);
    let seal = key.seal(&text);
    format!(r#"{START}{text},"seal":"{seal}"}}"#)
}

/// Opens a sealed event; `None` when the message is none.
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

/// Reads a sealed event without a look at its seal; `None` when the message is none.
///
/// For people who look through dead letters without the key. Never for anything that acts on the event.
#[must_use]
pub fn peek_sealed_event(body: &str) -> Option<ShopEvent> {
    let sealed: Sealed<'_> = body.starts_with(START).then(|| serde_json::from_str(body).ok())??;
    serde_json::from_str(sealed.sealed.get()).ok()
}

/// Writes the two characters that JSON knows and SQS does not as their escapes; one of them would fail a whole batch.
///
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
fn without_noncharacters(json: &str) -> String {
    // Valid JSON has them inside of strings only, and never behind a backslash.
    json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}
