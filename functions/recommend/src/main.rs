//! Wires recommend: settings, clients, runtime.

use std::sync::Arc;

use platform::aws;
use recommend::{Deps, Settings, router};
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = aws::configure(aws::CALL_LIMIT)?;
    let deps = Deps { database: Database::new(settings.database, Some(aws)), serving: settings.serving };
    platform::serve(router(Arc::new(deps))).await
}
