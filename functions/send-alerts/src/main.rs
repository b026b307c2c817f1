//! Wires send-alerts: settings, clients, runtime.

use std::time::Duration;

use aws_sdk_sqs::Client;
use lambda_runtime::{run, service_fn};
use messaging::DeadLetterSender;
use platform::SecretSource;
use send_alerts::{Deps, Settings, handle, webhooks};
use store::Database;

/// The limit of an AWS call: signing in to Postgres with a secret, moving dead letters.
const AWS_CALL_LIMIT: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::start();
    let settings = platform::load(Settings::read)?;
    let aws = platform::aws::configure(AWS_CALL_LIMIT).await?;
    let dead_letters = DeadLetterSender::new(Client::new(&aws), settings.dead_letter_queue_url, AWS_CALL_LIMIT);
    let webhooks = webhooks(SecretSource::new(&aws, settings.secret_arn), settings.limits);
    let deps = Deps { database: Database::new(settings.database, Some(aws)), webhooks, dead_letters };
    run(service_fn(|event| handle(&deps, event))).await
}
