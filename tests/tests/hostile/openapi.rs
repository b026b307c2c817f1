//! The OpenAPI document matches the code: regenerated here and compared with the checked-in file.

use std::collections::BTreeSet;
use std::path::PathBuf;

use contracts::openapi::document;
use contracts::{AlertCursor, Asked, Cursor, RankCursor, RecommendationCursor, Route};
use domain::recommendation::Placement;
use domain::{EventType, Micros, ProductId, RankList, RankScope};
use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::Value;
use testkit::template::Template;

use crate::stage::read;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json")
}

/// Fails when the code and docs/openapi.json differ; `make openapi` writes the file.
#[test]
fn the_description_is_what_the_code_says() {
    let current = format!("{}\n", document().to_pretty_json().unwrap());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path(), &current).unwrap();
    }
    let checked_in = std::fs::read_to_string(path()).unwrap();
    assert!(current == checked_in, "docs/openapi.json is out of date: run `make openapi`");
}

#[test]
fn every_route_is_described_and_only_the_signed_in_ones_ask_for_a_token() {
    let template = Template::load().unwrap();
    let deployed = Route::ALL.iter().map(|route| {
        let request = format!("{} {}", route.method().as_str(), route.path_of("an-id"));
        (route.key(), template.serving(&request).0 == "JWT")
    });
    let deployed: BTreeSet<_> = deployed.collect();
    let document: Value = serde_json::to_value(document()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let described: BTreeSet<_> = paths
        .flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| {
                (format!("{} {path}", method.to_uppercase()), operation.get("security").is_some())
            })
        })
        .collect();
    assert_eq!(described, deployed);
}

fn at(pointer: &str) -> Value {
    serde_json::to_value(document()).unwrap().pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")).clone()
}

#[test]
fn every_reference_leads_to_a_schema() {
    let text = document().to_json().unwrap();
    let schemas = at("/components/schemas");
    let names = text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let missing: BTreeSet<_> = names.filter(|name| schemas.get(name).is_none()).collect();
    assert!(missing.is_empty(), "references without a schema: {missing:?}");
}

#[test]
fn the_fields_of_an_item_are_those_that_the_reader_knows() {
    let refused = read(br#"{"interactions":[{"x":1}]}"#).unwrap().remove(0).unwrap_err().rejection.message;
    let (_, known) = refused.split_once("expected one of ").unwrap();
    let known: BTreeSet<_> = known.split(", ").map(|field| field.trim_matches('`').to_owned()).collect();
    for kind in [
        "ProductInteraction",
        "CategoryInteraction",
        "GuestProductInteraction",
        "GuestCategoryInteraction",
        "ImportedProductInteraction",
        "ImportedCategoryInteraction",
    ] {
        let described = at(&format!("/components/schemas/{kind}/properties"));
        assert_eq!(described.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>(), known, "{kind}");
    }
}

#[test]
fn whatever_fits_a_described_pattern_is_read() {
    let event_type = at("/components/schemas/ProductInteraction/properties/event_type/pattern");
    let alert_cursor = at("/paths/~1api~1v1~1analytic~1alerts/get/parameters/3/schema/pattern");
    let [event_type, alert_cursor] = [event_type, alert_cursor].map(|pattern| {
        // The generator writes whole strings, so it supports no anchors.
        string_regex(pattern.as_str().unwrap().trim_matches(['^', '$'])).unwrap()
    });
    proptest!(|(event_type in event_type, alert_cursor in alert_cursor)| {
        prop_assert!(event_type.parse::<EventType>().is_ok(), "{}", event_type);
        prop_assert!(AlertCursor::decode(&alert_cursor).is_ok(), "{}", alert_cursor);
    });
}

#[test]
fn every_cursor_of_recommendations_fits_its_described_pattern() {
    let schema = at("/paths/~1api~1v1~1analytic~1recommendations~1me/get/parameters/1/schema");
    let schema = jsonschema::validator_for(&schema).unwrap();
    proptest!(|(category in "\\PC{1,128}", marks in proptest::collection::vec(any::<i64>(), 1..5))| {
        let asked = Asked { placement: Placement::Personal, products: &[], category_id: Some(&category) };
        let cursor = RecommendationCursor::behind(asked, marks).unwrap().encode();
        prop_assert!(schema.is_valid(&Value::String(cursor.clone())), "{}", cursor);
    });
}

#[test]
fn every_cursor_of_the_top_list_fits_its_described_pattern() {
    let schema = at("/paths/~1api~1v1~1analytic~1popularity~1top/get/parameters/2/schema");
    let schema = jsonschema::validator_for(&schema).unwrap();
    proptest!(|(score: i64, id in "\\PC{1,128}")| {
        let Ok(id) = id.parse() else { return Ok(()) };
        let cursor = Cursor { score: Micros(score), id }.encode();
        prop_assert!(schema.is_valid(&Value::String(cursor.clone())), "{}", cursor);
    });
    let scopes = |id: &str| [RankScope::Shop, RankScope::Category(id.to_owned()), RankScope::Seller(id.to_owned())];
    proptest!(|(scope_id in "\\PC{1,128}", id in "\\PC{1,128}", generation in 1..i64::MAX, position: u32, value: i64)| {
        let Ok(id) = id.parse::<ProductId>() else { return Ok(()) };
        for (list, scope) in RankList::ALL.into_iter().zip(scopes(&scope_id).into_iter().cycle()) {
            let cursor = RankCursor { list, scope, generation, position, value, id: id.clone() }.encode();
            prop_assert!(schema.is_valid(&Value::String(cursor.clone())), "{}", cursor);
        }
    });
}
