//! One request: the caller, the person, then the export or the erasure.

use std::time::{Duration, Instant};

use contracts::{AddressKey, BODY_MAX_BYTES, Data, Intake, decode_body, read_person, without_personal};
use domain::{Claims, Named};
use jiff::Timestamp;
use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use people::{DeadLetters, FeedCatalog, Order, Places};
use platform::{Deadline, Metrics, Secret, SecretSource};
use serde_json::value::RawValue;
use store::Database;

use crate::failure::Failure;
use crate::settings::Settings;

/// The function's name in metrics.
const FUNCTION: &str = "manage-people";
/// The places where a person is erased and exported.
const ERASE: &str = "/api/v1/analytic/person/erase";
const EXPORT: &str = "/api/v1/analytic/person/export";
/// The part of an invocation's time that is reserved for the step in progress and the response.
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
        Ok(Route::Export) => export(deps, &request, &context.request_id).await,
        Err(failure) => Err(failure),
    };
    match answered {
        Ok((status, data)) => platform::answer(status, &Data { data }),
        Err(failure) => {
            failure.report();
            platform::report_refusal(FUNCTION, &context.request_id, failure.code());
            platform::answer(failure.status(), &failure.reply())
        }
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
        _ => Err(Failure::NoRoute),
    }
}

/// A response: its status and its data.
type Answer = (StatusCode, Box<RawValue>);

async fn erase(deps: &Deps, request: &Request, (id, deadline): (&str, Instant)) -> Result<Answer, Failure> {
    let caller = check_caller(request)?;
    let opened = deps.0.get().await?;
    let named = whom(opened, request)?;
    let receipt = people::erase(&opened.places, Order { named: &named, requested_by: &caller, deadline }).await?;
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", id)
        .note("erasure.id", receipt.id.to_string())
        .count("Erased", usize::try_from(receipt.total()).unwrap_or(usize::MAX))
        .count("ErasuresCompleted", usize::from(receipt.complete))
        .emit("erased");
    let status = if receipt.complete { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, serde_json::value::to_raw_value(&receipt)?))
}

async fn export(deps: &Deps, request: &Request, id: &str) -> Result<Answer, Failure> {
    check_caller(request)?;
    let opened = deps.0.get().await?;
    let named = whom(opened, request)?;
    let document = people::export_within(&opened.places, &named, Timestamp::now(), EXPORT_MAX_BYTES).await?;
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", id)
        .count("Exported", 1)
        .count("ExportedBytes", document.len())
        .emit("exported");
    Ok((StatusCode::OK, RawValue::from_string(document)?))
}

/// Admits the shop's own services; returns the name of the caller, for the record.
fn check_caller(request: &Request) -> Result<String, Failure> {
    let claims = platform::claims(request.extensions()).ok_or(Failure::Unauthorized)?;
    if !Claims::new(claims).is_trusted() {
        return Err(Failure::NotTrusted);
    }
    let name = claims.get("client_id").or_else(|| claims.get("azp")).or_else(|| claims.get("sub"));
    // It stays in the record of the erasure forever.
    Ok(name.map(|name| without_personal(name)).unwrap_or_default())
}

fn whom(opened: &Opened, request: &Request) -> Result<Named, Failure> {
    let body = decode_body(request.body(), platform::content_encoding(request), BODY_MAX_BYTES)?;
    Ok(read_person(&body, &opened.address_key)?)
}
