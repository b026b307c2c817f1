//! Every JSON document of the table as a whole body, as an item and inside metadata: in-process and through the
//! shipped function.

use contracts::{BODY_MAX_BYTES, RequestError};
use testkit::HttpReply;

use crate::stage::{Stage, read, results, with_metadata};
use crate::syntax::{RIGHT, WRONG};

fn code(reply: &HttpReply) -> String {
    results(reply)[0]["code"].as_str().unwrap_or("stored").to_owned()
}

#[test]
fn a_right_document_is_read_or_refused_for_its_reason() {
    for (name, document, refused) in RIGHT {
        let outcome = read(&with_metadata(document.as_bytes())).unwrap_or_else(|error| panic!("{name}: {error}"));
        let got = outcome[0].as_ref().err().map(|refused| refused.rejection.code.as_str());
        assert_eq!(got, *refused, "{name}");
    }
}

#[test]
fn a_right_document_in_the_wrong_place_is_a_refusal_and_never_an_accepted_item() {
    for (name, document, _) in RIGHT {
        assert!(read(document.as_bytes()).is_err(), "{name} as a body");
        let item = read(format!(r#"{{"interactions":[{document}]}}"#).as_bytes());
        assert!(item.is_err() || item.is_ok_and(|items| items[0].is_err()), "{name} as an item");
    }
}

#[test]
fn a_wrong_document_is_never_json() {
    for (name, document) in WRONG {
        for body in [document.to_vec(), with_metadata(document)] {
            let refused = read(&body);
            assert!(matches!(refused, Err(RequestError::NotJson { .. } | RequestError::WrongShape { .. })), "{name}");
        }
    }
}

#[tokio::test]
async fn the_function_answers_every_document_as_the_reader_does() {
    let mut stage = Stage::set().await;
    for (name, document, refused) in RIGHT {
        assert_eq!(stage.record(document.as_bytes()).await.status, 400, "{name} as a body");
        let reply = stage.record(&with_metadata(document.as_bytes())).await;
        assert_eq!(code(&reply), refused.unwrap_or("stored"), "{name}");
    }
    for (name, document) in WRONG {
        for body in [document.to_vec(), with_metadata(document)] {
            let reply = stage.record(&body).await;
            assert_eq!((reply.status, &reply.json()["error"]["code"]), (400, &"validation".into()), "{name}");
        }
    }
    let stored = i64::try_from(RIGHT.iter().filter(|(_, _, refused)| refused.is_none()).count()).unwrap();
    assert_eq!(stage.database.number("SELECT count(*) FROM analytic.interaction").await, stored);
}

#[tokio::test]
async fn size_and_depth_are_refused_without_harm() {
    let mut stage = Stage::set().await;
    let deep = 100_000;
    let bodies = [
        ("an abyss of arrays", "[".repeat(deep), 400),
        ("an abyss of objects", r#"{"a":"#.repeat(deep / 2), 400),
        ("a closed abyss", format!("{}{}", "[".repeat(deep), "]".repeat(deep)), 400),
        ("one byte too many", " ".repeat(BODY_MAX_BYTES + 1), 413),
        ("all the bytes there may be", " ".repeat(BODY_MAX_BYTES), 400),
        ("a megabyte of quotes", "\"".repeat(1_000_000), 413),
    ];
    for (name, body, status) in bodies {
        assert_eq!(stage.record(body.as_bytes()).await.status, status, "{name}");
        let nested = stage.record(&with_metadata(body.as_bytes())).await;
        assert!(matches!(nested.status, 400 | 413), "{name} in metadata: {nested:?}");
    }
}
