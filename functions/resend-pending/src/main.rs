//! Wires resend-pending: settings, clients, runtime.

use aws_sdk_sqs::Client;
use lambda_runtime::{run, service_fn};
use messaging::{AlertSender, HintSender};
use resend_pending::{Deps, Settings, handle};
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = platform::aws::configure(settings.send_limit)?;
    let client = Client::new(&aws);
    let deps = Deps {
        sender: HintSender::new(client.clone(), settings.queues, settings.send_limit),
        alerts: AlertSender::new(client, settings.alerts_queue_url, settings.send_limit),
        database: Database::new(settings.database, Some(aws)),
        pace: settings.pace,
    };
    run(service_fn(|event| handle(&deps, event))).await
}
