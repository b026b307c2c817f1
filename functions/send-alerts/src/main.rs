//! Wires send-alerts: settings, clients, runtime.

use aws_sdk_sqs::Client;
use lambda_runtime::{run, service_fn};
use messaging::DeadLetterSender;
use platform::{SecretSource, aws};
use send_alerts::{Deps, Settings, handle, webhooks};
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = aws::configure(aws::CALL_LIMIT)?;
    let dead_letters = DeadLetterSender::new(Client::new(&aws), settings.dead_letter_queue_url, aws::CALL_LIMIT);
    let webhooks = webhooks(SecretSource::new(&aws, settings.secret_arn), settings.limits);
    let deps = Deps { database: Database::new(settings.database, Some(aws)), webhooks, dead_letters };
    run(service_fn(|event| handle(&deps, event))).await
}
