//! The description of the HTTP API is the code's: regenerated here and compared with what is checked in.

use std::collections::BTreeSet;
use std::path::PathBuf;

use contracts::openapi::document;
use it::template::Template;
use serde_json::Value;

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
    let routes = template.all("AWS::ApiGatewayV2::Route").into_values();
    let deployed: BTreeSet<_> = routes
        .map(|route| (route["RouteKey"].as_str().unwrap().to_owned(), route["AuthorizationType"] == "JWT"))
        .filter(|(key, _)| key != "$default")
        .collect();
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
