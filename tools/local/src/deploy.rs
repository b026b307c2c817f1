//! Deploying template.yaml to the emulator: the same file and the same command as for AWS, with local parameters.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::Error;
use crate::emulator;
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
pub(crate) const ALLOWED_ORIGIN: &str = "http://localhost:3000";

/// The URL of the deployed HTTP API, without a slash at its end.
pub(crate) fn api_url(ports: Ports) -> String {
    format!("{}/_aws/execute-api/{API_ID}/$default", emulator::endpoint(ports))
}

/// Where SAM reads each function, as `<function>/bootstrap`.
///
/// The template names it relative to itself. The stack has a copy of the template, and so a folder of its own: what is built
/// for this machine never lies where `sam deploy` takes what goes to AWS.
pub(crate) fn functions_folder(stack: &Stack) -> PathBuf {
    stack.path("target/lambda")
}

/// Copies the locally built functions to where SAM reads them, and returns their names.
pub(crate) fn copy_functions(stack: &Stack) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
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
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Runs `sam deploy`, which migrates; returns when every resource is there. Without a change it does nothing.
pub(crate) async fn deploy(stack: &Stack, ports: Ports, functions: &[String]) -> Result<(), Error> {
    // The project's own samconfig.toml is for AWS.
    let config = stack.path("samconfig.toml");
    file::write(&config, b"version = 0.1\n", 0o644)?;
    let template = stack.path("template.yaml");
    let content = file::read(&stack.root().join("template.yaml"))?;
    file::write(&template, &content, 0o644)?;
    let mut parameters = parameters(stack, ports);
    let release = stack::release(&content, &parameters, &functions_folder(stack), functions)?;
    parameters.insert("Release".to_owned(), release);
    let mut command = Command::new(Venv::named(stack, "sam").program("sam"));
    command.current_dir(stack.root()).arg("deploy");
    command.arg("--config-file").arg(&config);
    command.arg("--template-file").arg(&template);
    command.args(["--stack-name", &stack.deployed_name(), "--resolve-s3"]);
    command.args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
    command.args(["--no-confirm-changeset", "--no-fail-on-empty-changeset"]);
    // SAM reads the loops of the template (Fn::ForEach) only when it is told to.
    command.arg("--language-extensions");
    let overrides = parameters.iter().map(|(name, value)| format!("{name}={value}"));
    command.arg("--parameter-overrides").args(overrides);
    sam_environment(&mut command, stack, ports);
    run(&mut command, "sam deploy").map(drop)
}

/// What differs from a deployment to AWS.
fn parameters(stack: &Stack, ports: Ports) -> BTreeMap<String, String> {
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
        // Tests count what they sent.
        ("Probe", "false".to_owned()),
        // An option, which tests look at.
        ("CatalogFeed", stack.is_throwaway().to_string()),
        // Simulated shoppers view products that no product event announces.
        ("AnnouncedOnly", "false".to_owned()),
        // Whoever measures wants to reach the limits of the machine.
        ("ReserveConcurrency", "false".to_owned()),
        ("DatabaseUrl", postgres::url(ports)),
        ("JwtIssuer", emulator::issuer_url(ports)),
        ("JwtAudience", AUDIENCE.to_owned()),
        ("ApiId", API_ID.to_owned()),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
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
