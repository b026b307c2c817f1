//! Wires project-orders: settings, clients, runtime.

use aws_sdk_sqs::Client;
use lambda_runtime::{run, service_fn};
use messaging::{AlertSender, DeadLetterSender, HintSender};
use platform::SecretSource;
use project_orders::{Deps, Settings, handle, intake};
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = platform::aws::configure(settings.send_limit)?;
    let client = Client::new(&aws);
    let deps = Deps {
        sender: HintSender::new(client.clone(), settings.queues, settings.send_limit),
        alerts: AlertSender::new(client.clone(), settings.alerts_queue_url, settings.send_limit),
        dead_letters: DeadLetterSender::new(client, settings.dead_letter_queue_url, settings.send_limit),
        intake: intake(SecretSource::new(&aws, settings.secret_arn), settings.currency),
        database: Database::new(settings.database, Some(aws)),
        thresholds: settings.thresholds,
    };
    run(service_fn(|event| Box::pin(handle(&deps, event)))).await
}
