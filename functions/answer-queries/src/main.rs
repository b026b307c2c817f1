//! Wires answer-queries: settings, clients, runtime.

use std::sync::Arc;

use answer_queries::{Deps, Settings, router};
use aws_sdk_sqs::Client;
use messaging::DeadLetterQueues;
use platform::aws;
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = aws::configure(aws::CALL_LIMIT)?;
    let deps = Deps {
        dead_letters: DeadLetterQueues::new(Client::new(&aws), settings.dead_letter_queues),
        database: Database::new(settings.database, Some(aws)),
        segments: settings.segments,
    };
    platform::serve(router(Arc::new(deps))).await
}
