//! Wires record-interactions: settings, clients, runtime.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use lambda_http::service_fn;
use messaging::HintSender;
use record_interactions::{Deps, Settings, handle};
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = platform::aws::configure(settings.send_limit)?;
    let deps = Arc::new(Deps {
        sender: HintSender::new(Client::new(&aws), settings.queues, settings.send_limit),
        database: Database::new(settings.database, Some(aws)),
        guest_events_per_minute: settings.guest_events_per_minute,
        is_behind_cloudfront: settings.is_behind_cloudfront,
        names: settings.names,
    });
    platform::serve(service_fn(move |request| {
        let deps = Arc::clone(&deps);
        async move { handle(&deps, request).await }
    }))
    .await
}
