//! Wires maintain-partitions: settings, clients, runtime.

use lambda_runtime::{run, service_fn};
use maintain_partitions::{Deps, STATEMENT_LIMIT, Settings, handle};
use platform::aws;
use store::Database;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = aws::configure(aws::CALL_LIMIT)?;
    let database = Database::new(settings.database, Some(aws)).with_statement_limit(STATEMENT_LIMIT);
    let deps = Deps { database, horizon: settings.horizon };
    run(service_fn(|event| handle(&deps, event))).await
}
