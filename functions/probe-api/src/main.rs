//! Wires probe-api: settings, client, runtime.

use std::num::NonZeroUsize;

use lambda_runtime::{run, service_fn};
use probe::Api;
use probe_api::{Deps, REQUEST_LIMIT, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let url = settings.api_url.as_url().as_str().trim_end_matches('/').to_owned();
    let deps = Deps { api: Api::new(outbound::client(REQUEST_LIMIT, NonZeroUsize::MIN)?, url) };
    run(service_fn(|event| handle(&deps, event))).await
}
