//! Wires migrate: settings, clients, runtime.

use lambda_runtime::{run, service_fn};
use migrate::{Deps, Settings, handle};
use platform::{SecretSource, aws};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    platform::start(module_path!());
    let settings = platform::load(Settings::read)?;
    let aws = aws::configure(aws::CALL_LIMIT)?;
    let secret = SecretSource::new(&aws, settings.secret_arn.clone());
    let Settings { release, database, master_secret_arn, role_secret_arns, .. } = settings;
    let deps = Deps { release, database, master_secret_arn, role_secret_arns, secret, aws };
    run(service_fn(|event| handle(&deps, event))).await
}
