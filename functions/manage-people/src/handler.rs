//! One request: the caller, the person, then the export or the erasure.

use std::time::{Duration, Instant};

use contracts::{
    AddressKey, BODY_MAX_BYTES, Data, Failure, Intake, decode_body, read_person, read_trusted_claims, without_personal,
};
use domain::Named;
use jiff::Timestamp;
use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use people::{Bounds, DeadLetters, FeedCatalog, Order, Places};
use platform::{Deadline, Metric, Metrics, Secret, SecretSource};
use serde_json::value::RawValue;
use store::Database;

use crate::failure;
use crate::settings::Settings;

/// The function's name in metrics.
const FUNCTION: &str = "manage-people";
/// Where a person is erased and exported.
const ERASE: &str = contracts::Route::ErasePerson.path();
const EXPORT: &str = contracts::Route::ExportPerson.path();
/// The part of an invocation's time that is reserved for the current step and the response.
const MARGIN: Duration = Duration::from_secs(12);
/// Renaming a person is one transaction; its statements fit into the remaining time.
const STATEMENT_LIMIT: Duration = Duration::from_secs(8);
/// The maximum size of an export in bytes. Lambda responses are limited to 6 MB.
const EXPORT_MAX_BYTES: usize = 5 * 1024 * 1024;

/// The dependencies of the function, created from the secret at the first request.
#[derive(Debug)]
pub struct Deps(Secret<Opened>);

/// The places, and the address key.
#[derive(Debug)]
struct Opened {
    places: Places,
    address_key: AddressKey,
}

impl Deps {
    /// Takes the settings. Does not connect to anything.
    #[must_use]
    pub fn open(settings: Settings, aws: &aws_config::SdkConfig) -> Self {
        let source = SecretSource::new(aws, settings.secret_arn.clone());
        let aws = aws.clone();
        Self(Secret::new(source, move |values| {
            let keys = values.versions(Intake::KEY);
            let intake = Intake::new(settings.currency, &keys, values.get(Intake::KEY_VERSION))?;
            let address_key = intake.address_key.clone();
            let letters = DeadLetters::new(aws_sdk_sqs::Client::new(&aws), settings.letters_url.clone(), intake);
            let feed = FeedCatalog::new(aws_sdk_dynamodb::Client::new(&aws), settings.table.clone());
            let database = Database::new(settings.database.clone(), Some(aws.clone()));
            let database = database.with_statement_limit(STATEMENT_LIMIT);
            Ok(Opened { places: Places { database, feed: Some(feed), letters: Some(letters) }, address_key })
        }))
    }
}

/// Handles one request. Every failure becomes a response; the error type is only for the runtime.
///
/// # Errors
/// When a response cannot be written.
pub async fn handle(deps: &Deps, request: Request) -> Result<Response<Body>, lambda_http::Error> {
    let context = request.lambda_context_ref().cloned().unwrap_or_default();
    let deadline = Instant::now() + Deadline::of(&context, MARGIN).remaining();
    let answered = match route(&request) {
        Ok(Route::Erase) => erase(deps, &request, (&context.request_id, deadline)).await,
        Ok(Route::Export) => export(deps, &request, (&context.request_id, deadline)).await,
        Err(failure) => Err(failure),
    };
    match answered {
        Ok((status, data)) => platform::answer(status, &Data { data }),
        Err(failure) => serving::refuse((FUNCTION, &context.request_id), &failure),
    }
}

enum Route {
    Erase,
    Export,
}

fn route(request: &Request) -> Result<Route, Failure> {
    match (request.method(), request.uri().path()) {
        (&Method::POST, ERASE) => Ok(Route::Erase),
        (&Method::POST, EXPORT) => Ok(Route::Export),
        _ => Err(Failure::no_route()),
    }
}

/// A response: its status and its data.
type Answer = (StatusCode, Box<RawValue>);

async fn erase(deps: &Deps, request: &Request, (id, deadline): (&str, Instant)) -> Result<Answer, Failure> {
    let claims = read_trusted_claims(platform::claims(request.extensions()))?;
    // It is stored with the erasure permanently.
    let caller = claims.client().map(without_personal).unwrap_or_default();
    let opened = deps.0.get().await.map_err(failure::of_secret)?;
    let named = whom(opened, request)?;
    let receipt = people::erase(&opened.places, Order { named: &named, requested_by: &caller, deadline }).await;
    let receipt = receipt.map_err(failure::of_people)?;
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", id)
        .note("erasure.id", receipt.id.to_string())
        .count(Metric::Erased, usize::try_from(receipt.total()).unwrap_or(usize::MAX))
        .count(Metric::ErasuresCompleted, usize::from(receipt.complete))
        .emit("erased");
    let status = if receipt.complete { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, serde_json::value::to_raw_value(&receipt).map_err(Failure::internal)?))
}

async fn export(deps: &Deps, request: &Request, (id, deadline): (&str, Instant)) -> Result<Answer, Failure> {
    read_trusted_claims(platform::claims(request.extensions()))?;
    let opened = deps.0.get().await.map_err(failure::of_secret)?;
    let named = whom(opened, request)?;
    let bounds = Bounds { bytes: EXPORT_MAX_BYTES, deadline };
    let document = people::export_within(&opened.places, &named, Timestamp::now(), bounds).await;
    let document = document.map_err(failure::of_people)?;
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", id)
        .count(Metric::Exported, 1)
        .count(Metric::ExportedBytes, document.len())
        .emit("exported");
    Ok((StatusCode::OK, RawValue::from_string(document).map_err(Failure::internal)?))
}

fn whom(opened: &Opened, request: &Request) -> Result<Named, Failure> {
    let body = decode_body(request.body(), platform::content_encoding(request), BODY_MAX_BYTES)?;
    Ok(read_person(&body, &opened.address_key)?)
}
