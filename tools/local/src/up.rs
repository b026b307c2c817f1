//! `local-stack up`: brings a stack from whatever state it is in to running with the current build.

use std::time::Instant;

use crate::Error;
use crate::cloudformation::Resources;
use crate::deploy;
use crate::emulator;
use crate::ports::Ports;
use crate::postgres;
use crate::venv;
use crate::web;
use shopsignal::dlq::Dlq;
use shopsignal::say;
use stack::Stack;
use stack::file;
use stack::issuer::{self, Issuer};
use stack::{AUDIENCE, StackFile, path};

/// No settings: the stack is the argument.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Installs what is missing, starts what is down, deploys with the migration and writes the description. Safe to repeat.
///
/// # Errors
/// The first step that failed; run it again once the cause is gone.
pub async fn run(stack: &Stack, _args: Args) -> Result<(), Error> {
    let start = Instant::now();
    let _held = stack.lock()?;
    install(stack).await?;
    let ports = Ports::choose(stack)?;
    Issuer::prepare(&stack.path("issuer"))?;
    step("Postgres", postgres::start(stack, ports)).await?;
    // The emulator asks the issuer for its keys.
    step("web server and issuer", web::start(stack, ports)).await?;
    step("AWS emulator", emulator::start(stack, ports)).await?;
    let functions = deploy::copy_functions(stack)?;
    step("deploy template.yaml and migrate", deploy::deploy(stack, ports, &functions)).await?;
    let resources = Resources::read(&emulator::endpoint(ports), stack).await?;
    let description = describe(stack, ports, &resources)?;
    file::write_json(&path(stack), &description)?;
    say::line(format_args!("\nup in {:.1} s, stack {:?}", start.elapsed().as_secs_f64(), stack.name()));
    say::line(format_args!("  API       {}", description.api_url));
    say::line(format_args!("  pages     {}/dashboard/ and {0}/shop/", description.web_url));
    say::line(format_args!("  AWS       {}", description.aws_endpoint));
    say::line(format_args!("  issuer    {}", description.issuer));
    say::line(format_args!("  database  {}", description.database_url));
    Ok(())
}

/// Installs the programs; running ones that will be replaced are stopped first.
async fn install(stack: &Stack) -> Result<(), Error> {
    let outdated = venv::outdated(stack, &["emulator", "postgres", "sam"])?;
    if outdated.contains(&"emulator") {
        emulator::stop(stack).await?;
    }
    if outdated.contains(&"postgres") {
        postgres::stop(stack).await?;
    }
    venv::install(stack, &outdated)
}

/// Runs one step and prints how long it took.
async fn step<T>(name: &str, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let start = Instant::now();
    let value = work.await?;
    say::line(format_args!("{name}: {:.1} s", start.elapsed().as_secs_f64()));
    Ok(value)
}

fn describe(stack: &Stack, ports: Ports, resources: &Resources) -> Result<StackFile, Error> {
    let url = |queue: String| Ok::<_, Error>((queue.clone(), resources.queue(&queue)?));
    Ok(StackFile {
        database_url: postgres::url(ports),
        api_url: deploy::api_url(ports),
        web_url: web::url(ports),
        aws_endpoint: emulator::endpoint(ports),
        region: emulator::REGION.to_owned(),
        issuer: emulator::issuer_url(ports),
        audience: AUDIENCE.to_owned(),
        issuer_key: issuer::key_path(&stack.path("issuer")),
        queues: Dlq::queue_names().map(url).collect::<Result<_, _>>()?,
        catalog_table: resources.get("CatalogTable")?,
        app_secret_arn: resources.get("AppSecret")?,
        functions_dir: deploy::functions_folder(stack),
    })
}
