//! Wires manage-people: settings, clients, runtime.

use std::sync::Arc;

use lambda_http::service_fn;
use manage_people::{AWS_CALL_LIMIT, Deps, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = platform::aws::configure(AWS_CALL_LIMIT)?;
    let deps = Arc::new(Deps::open(settings, &aws));
    platform::serve(service_fn(move |request| {
        let deps = Arc::clone(&deps);
        async move { handle(&deps, request).await }
    }))
    .await
}
