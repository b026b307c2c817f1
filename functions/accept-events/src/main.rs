//! Wires accept-events: settings, clients, runtime.

use std::sync::Arc;

use accept_events::{Deps, Settings, handle, intake};
use aws_sdk_sqs::Client;
use lambda_http::service_fn;
use messaging::EventSender;
use platform::SecretSource;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = platform::aws::configure(settings.send_limit)?;
    let deps = Arc::new(Deps {
        sender: EventSender::new(Client::new(&aws), settings.queue_url, settings.send_limit),
        intake: intake(SecretSource::new(&aws, settings.secret_arn), settings.currency),
    });
    platform::serve(service_fn(move |request| {
        let deps = Arc::clone(&deps);
        async move { handle(&deps, request).await }
    }))
    .await
}
