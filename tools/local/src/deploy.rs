//! Deploying template.yaml to the emulator: the same file and the same command as for AWS, with local parameters.

use std::path::PathBuf;
use std::process::Command;

use crate::Error;
use crate::cloudformation::Resources;
use crate::emulator;
use crate::http;
use crate::ports::Ports;
use crate::postgres;
use crate::simulate::order;
use crate::venv::{Venv, run};
use stack::AUDIENCE;
use stack::Stack;
use stack::file;

/// Eight hexadecimal digits, so that the emulator also answers at the API's own host name.
const API_ID: &str = "5b0b0001";

/// Environments per queue: each is a process on this machine.
const MAX_CONCURRENCY: &str = "4";
/// The origin of a front end under development.
const ALLOWED_ORIGIN: &str = "http://localhost:3000";

/// Where SAM reads each function, as `<function>/bootstrap`.
pub(crate) fn functions_folder(stack: &Stack) -> PathBuf {
    stack.root().join("target/lambda")
}

/// Copies the locally built functions to where SAM reads them.
///
/// Copies, not links: `cargo lambda build` writes to the same place and would write through a link.
pub(crate) fn copy_functions(stack: &Stack) -> Result<(), Error> {
    let folder = stack.root().join("functions");
    let failed = |source| Error::Read { path: folder.clone(), source };
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.path().join("Cargo.toml").is_file() {
            continue;
        }
        let built = stack.root().join("target/local").join(entry.file_name());
        if !built.is_file() {
            return Err(Error::NotBuilt(built));
        }
        let bootstrap = functions_folder(stack).join(entry.file_name()).join("bootstrap");
        let content = file::read(&built)?;
        if !std::fs::read(&bootstrap).is_ok_and(|deployed| deployed == content) {
            file::write(&bootstrap, &content, 0o755)?;
        }
    }
    Ok(())
}

/// Runs `sam deploy`; returns when every resource is there. Without a change it does nothing.
pub(crate) async fn deploy(stack: &Stack, ports: Ports) -> Result<(), Error> {
    // The project's own samconfig.toml is for AWS.
    let config = stack.path("samconfig.toml");
    file::write(&config, b"version = 0.1\n", 0o644)?;
    let mut command = Command::new(Venv::named(stack, "sam").program("sam"));
    command.current_dir(stack.root()).arg("deploy");
    command.arg("--config-file").arg(&config);
    command.args(["--template-file", "template.yaml", "--stack-name", &stack.deployed_name(), "--resolve-s3"]);
    command.args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
    command.args(["--no-confirm-changeset", "--no-fail-on-empty-changeset"]);
    // SAM reads the loops of the template (Fn::ForEach) only when it is told to.
    command.arg("--language-extensions");
    command.arg("--parameter-overrides").args(parameters(stack, ports));
    sam_environment(&mut command, stack, ports);
    run(&mut command, "sam deploy").map(drop)
}

/// Applies the migrations by invoking the function that also applies them on AWS. Safe to repeat.
pub(crate) async fn migrate(endpoint: &str, resources: &Resources) -> Result<(), Error> {
    const WHAT: &str = "the function migrate";
    let failed = |source| Error::Http { what: WHAT, source };
    let url = format!("{endpoint}/2015-03-31/functions/{}/invocations", resources.function("migrate")?);
    let request = http::client()?.post(url).header("authorization", http::authorization("lambda")).body("{}");
    let response = request.send().await.map_err(failed)?;
    let fine = response.status().is_success() && !response.headers().contains_key("x-amz-function-error");
    let answer = response.text().await.map_err(failed)?;
    if fine { Ok(()) } else { Err(Error::Answer { what: WHAT, answer: http::shorten(&answer) }) }
}

/// What differs from a deployment to AWS.
fn parameters(stack: &Stack, ports: Ports) -> Vec<String> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    // The delay before a failed message is retried: tests wait for it.
    let visibility = if stack.is_throwaway() { "4" } else { "30" };
    let values = [
        ("Architecture", architecture.to_owned()),
        ("PopularityVisibilitySeconds", visibility.to_owned()),
        ("CatalogVisibilitySeconds", visibility.to_owned()),
        ("AlertsVisibilitySeconds", visibility.to_owned()),
        ("OrderEventsVisibilitySeconds", visibility.to_owned()),
        ("OrderEventsMaxConcurrency", MAX_CONCURRENCY.to_owned()),
        ("FraudLargeOrders", order::large_orders()),
        ("PopularityMaxConcurrency", MAX_CONCURRENCY.to_owned()),
        ("CatalogMaxConcurrency", MAX_CONCURRENCY.to_owned()),
        ("AllowedOrigins", ALLOWED_ORIGIN.to_owned()),
        // All guests of this machine are one network.
        ("GuestEventsPerMinute", "0".to_owned()),
        ("DatabaseUrl", postgres::url(ports)),
        ("JwtIssuer", emulator::issuer_url(ports)),
        ("JwtAudience", AUDIENCE.to_owned()),
        ("ApiId", API_ID.to_owned()),
    ];
    values.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// Points SAM at the emulator and isolates it from the user's AWS settings and home folder.
fn sam_environment(command: &mut Command, stack: &Stack, ports: Ports) {
    let home = stack.path("home");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", &home).env("AWS_CONFIG_FILE", home.join("config"));
    command.env("AWS_SHARED_CREDENTIALS_FILE", home.join("credentials"));
    command.env("AWS_ENDPOINT_URL", emulator::endpoint(ports)).env("AWS_DEFAULT_REGION", emulator::REGION);
    command.env("AWS_ACCESS_KEY_ID", emulator::CREDENTIAL).env("AWS_SECRET_ACCESS_KEY", emulator::CREDENTIAL);
    command.env("SAM_CLI_TELEMETRY", "0").env("LC_ALL", "C.UTF-8").env("NO_PROXY", "*");
}
