//! Wires import-interactions: settings, clients, runtime.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use import_interactions::{Deps, Settings, handle};
use lambda_http::service_fn;
use messaging::SinkSender;
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = platform::aws::configure(settings.send_limit)?;
    let deps = Arc::new(Deps {
        sender: SinkSender::new(Client::new(&aws), settings.catalog_queue_url, settings.send_limit),
        database: Database::new(settings.database, Some(aws)),
        names: settings.names,
    });
    platform::serve(service_fn(move |request| {
        let deps = Arc::clone(&deps);
        async move { handle(&deps, request).await }
    }))
    .await
}
