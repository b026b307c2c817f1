//! The sample invocations in events/: each function has some, each is what AWS would send to it, and each is run.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

use std::collections::BTreeSet;
use std::fs;

use lambda_http::aws_lambda_events::event::apigw::ApiGatewayV2httpRequest;
use lambda_http::aws_lambda_events::event::sqs::SqsEvent;
use lambda_http::request::LambdaRequest;
use serde_json::Value;
use testkit::template::{FUNCTION, Template, function_folders, logical_id, repository, target};

mod outcome;
mod stage;

/// The samples of a function, each as (case, text).
fn samples(folder: &str) -> Vec<(String, String)> {
    let path = repository().join("events").join(folder);
    let files = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let files = files.map(|file| file.expect("a file").path());
    let read = |path: std::path::PathBuf| {
        let case = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert_eq!(path.extension().and_then(|end| end.to_str()), Some("json"), "{folder}/{case}");
        (case, fs::read_to_string(&path).expect("text"))
    };
    files.map(read).collect()
}

fn with_event<'a>(template: &'a Template, kind: &str) -> Vec<(&'a str, &'a Value)> {
    let functions = template.all(FUNCTION).into_iter();
    let events = functions.flat_map(|(id, function)| {
        function["Events"].as_object().into_iter().flatten().map(move |(_, event)| (id, event))
    });
    events.filter(|(_, event)| event["Type"] == kind).map(|(id, event)| (id, &event["Properties"])).collect()
}

fn folder_of(id: &str) -> String {
    let folders = function_folders().expect("functions/ can be listed");
    folders.into_iter().find(|folder| logical_id(folder) == id).expect("a folder")
}

#[test]
fn every_function_has_samples_and_every_sample_a_function() {
    let listed = fs::read_dir(repository().join("events")).unwrap();
    let listed: BTreeSet<_> = listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(listed, function_folders().unwrap());
    for folder in listed {
        assert!(!samples(&folder).is_empty(), "{folder}");
        for (case, text) in samples(&folder) {
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{folder}/{case} is not JSON");
        }
    }
}

#[test]
fn http_samples_are_requests_on_routes_of_their_function() {
    let template = Template::load().unwrap();
    let routes = template.routes();
    let behind_the_gateway: BTreeSet<_> = routes.values().map(|(_, function)| *function).collect();
    for id in behind_the_gateway {
        for (case, text) in samples(&folder_of(id)) {
            // lambda_http guesses the kind of an event; another kind would mean that a field is missing.
            let request = serde_json::from_str::<LambdaRequest>(&text);
            assert!(matches!(request, Ok(LambdaRequest::ApiGatewayV2(_))), "{id} {case}: {request:?}");
            let event: ApiGatewayV2httpRequest = serde_json::from_str(&text).unwrap();
            let key = event.route_key.as_deref().unwrap_or_default();
            let (authorization, function) = routes.get(key).unwrap_or_else(|| panic!("{case}: no route {key}"));
            assert_eq!(*function, id, "{case}: {key} leads elsewhere");
            let signed_in = event.request_context.authorizer.is_some_and(|authorizer| authorizer.jwt.is_some());
            assert_eq!(signed_in, *authorization == "JWT", "{case}: {key}");
        }
    }
}

#[test]
fn queue_samples_are_batches_of_the_queue_that_the_function_reads() {
    let template = Template::load().unwrap();
    for (id, mapping) in with_event(&template, "SQS") {
        let queue = template.all("AWS::SQS::Queue")[target(&mapping["Queue"]).unwrap()];
        let name = queue["QueueName"]["Fn::Sub"].as_str().unwrap().replace("${AWS::StackName}", "shopsignal");
        for (case, text) in samples(&folder_of(id)) {
            let event: SqsEvent = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{case}: {error}"));
            assert!(!event.records.is_empty(), "{case}");
            for record in event.records {
                assert!(record.message_id.is_some() && record.body.is_some(), "{case}");
                assert!(record.attributes.contains_key("AWSTraceHeader"), "{case}");
                let arn = record.event_source_arn.unwrap_or_default();
                assert!(arn.ends_with(&format!(":{name}")), "{case}: {arn}");
            }
        }
    }
}

#[test]
fn schedule_samples_are_what_eventbridge_scheduler_sends() {
    let template = Template::load().unwrap();
    for (id, _) in with_event(&template, "ScheduleV2") {
        for (case, text) in samples(&folder_of(id)) {
            let event: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(event["source"], "aws.scheduler", "{case}");
            let schedule = event["resources"][0].as_str().unwrap_or_default();
            assert!(schedule.contains(&format!(":schedule/default/{id}")), "{case}: {schedule}");
        }
    }
}
