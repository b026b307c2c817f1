//! Ids derived from the content of a line, so that a second run sends the same events and shoppers.

use uuid::{Uuid, uuid};

use super::json::Json;

/// The namespace of event ids (UUID v5). Changing it would import everything a second time.
const EVENTS: Uuid = uuid!("5d1f6d3e-9d0b-4c64-8f5e-6a0f5f3b9a11");
/// The namespace of accounts whose id is not a UUID (UUID v5): docs/IMPORT.md documents it, so that others can compute
/// the same account.
const ACCOUNTS: Uuid = uuid!("0f7a1c52-3b6e-4f0a-9c1d-2e8b7d4a6c33");

/// Computes the id of an event from the kind of its source and its content.
pub(super) fn event_id(source: &str, event: &Json) -> Uuid {
    Uuid::new_v5(&EVENTS, format!("{source}\n{event}").as_bytes())
}

/// Computes the id of an event from its source's id.
pub(super) fn event_id_of(source: &str, id: &str) -> Uuid {
    read(id).unwrap_or_else(|| Uuid::new_v5(&EVENTS, format!("{source} {id}").as_bytes()))
}

/// Computes the account of a user: the user id when it is a UUID, else a UUID derived from it.
pub(super) fn account(user: &str) -> Uuid {
    read(user).unwrap_or_else(|| Uuid::new_v5(&ACCOUNTS, user.as_bytes()))
}

fn read(id: &str) -> Option<Uuid> {
    Uuid::try_parse(id).ok().filter(|id| !id.is_nil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_stays_and_another_user_id_becomes_the_same_account_every_time() {
        let known = uuid!("0192e4a0-0000-7000-8000-00000000000a");
        assert_eq!(account("0192E4A0-0000-7000-8000-00000000000A"), known);
        assert_eq!(account("541312140"), uuid!("ca22eca7-0a1b-5237-952d-212913c48fe0"));
        assert_ne!(account("541312140"), account("541312141"));
        assert_eq!(account(&Uuid::nil().to_string()).get_version_num(), 5);
    }

    #[test]
    fn an_event_is_its_source_and_its_content() {
        let read = |text: &str| Json::read(text.as_bytes()).unwrap();
        let event = read(r#"{"ref_id":"1","event_type":"view"}"#);
        assert_eq!(event_id("csv", &event), event_id("csv", &read(r#"{ "event_type": "view", "ref_id": "1" }"#)));
        assert_ne!(event_id("csv", &event), event_id("rees46", &event));
        assert_ne!(event_id("csv", &event), event_id("csv", &read(r#"{"event_type":"view","ref_id":"2"}"#)));
        assert_ne!(event_id_of("csv", "1"), event_id_of("rees46", "1"));
        assert_eq!(event_id_of("csv", "0192e4a0-0000-7000-8000-00000000000a").get_version_num(), 7);
    }
}
