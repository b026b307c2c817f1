//! `deploy up`: from whatever state a stage is in to running with the current build.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use probe::{Api, PRODUCT};
use shopsignal::say;
use stack::file;
use tempfile::TempDir;

use crate::binary::{self, Machine};
use crate::bucket::Bucket;
use crate::pages::{self, Pages};
use crate::parameter::{Parameters, RELEASE};
use crate::sam::{self, Deployed, Outputs};
use crate::stage::Stage;
use crate::{Error, build, concurrency, summary, terminal};

/// A first request waits for a function to start, in a VPC for its network as well.
const HEALTH_LIMIT: Duration = Duration::from_secs(120);
/// The limit of one request; API Gateway gives up after 30 s.
const REQUEST_LIMIT: Duration = Duration::from_secs(31);
/// A new mapping from a queue to its function reads after about a minute.
const SCORE_LIMIT: Duration = Duration::from_secs(180);

/// What to deploy where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the stage: lower-case letters, digits and hyphens; the stack is called shopsignal-NAME.
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Sets a parameter of template.yaml and keeps it for the next time.
    #[arg(long, value_name = "PARAMETER=VALUE")]
    set: Vec<String>,
    /// Region of a new stage; otherwise that of the environment.
    #[arg(long)]
    region: Option<String>,
    /// Does not ask before the changes are made.
    #[arg(long)]
    yes: bool,
    /// Deploys `<function>/bootstrap` of this folder and builds nothing.
    #[arg(long, value_name = "FOLDER")]
    binaries: Option<PathBuf>,
    /// With Web=true: takes the built pages from `<page>/dist` of this folder, instead of web/.
    #[arg(long, value_name = "FOLDER")]
    web: Option<PathBuf>,
}

/// Checks, builds, deploys with the migration, probes, and uploads the pages. Safe to repeat.
///
/// # Errors
/// The first step that failed; run it again once the cause is gone.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let mut stage = Stage::open(&args.stage)?;
    let is_new = !stage.exists();
    let parameters = Parameters::read(&stage.root().join("template.yaml"))?;
    parameters.settle(&mut stage.parameters, &args.set)?;
    let machine = Machine::of(&parameters.value(&stage.parameters, "Architecture"))?;
    let aws = configuration(&mut stage, args.region).await?;
    let functions = binary::functions(stage.root())?;
    let has_pages = parameters.value(&stage.parameters, "Web") == "true";
    let web = args.web.unwrap_or_else(|| stage.root().join("web"));
    let pages = if has_pages { Some(Pages::read(&web)?) } else { None };
    let binaries = prepare(&stage, args.binaries, &functions, machine)?;
    concurrency::check(&aws, &stage, &parameters).await?;
    name_release(&mut stage, &binaries, &functions)?;
    stage.save()?;
    build::install(stage.root(), &["sam"])?;
    let folder = assemble(&stage, &binaries)?;
    // A stage whose first deployment failed has no outputs.
    let before = if pages.is_none() && !is_new { sam::outputs(&stage).unwrap_or_default() } else { Outputs::default() };
    let deployed = sam::deploy(&stage, folder.path(), terminal::is_there() && !args.yes)?;
    // First of all: the outputs no longer name the bucket, so the next run could not find it.
    if let Some(name) = before.find("WebBucketName") {
        say::line(format_args!("pages: removing {name}, because Web is no longer true"));
        pages::remove_with_bucket(&Bucket::open(&aws, client()?, name).await?).await?;
    }
    let outputs = sam::outputs(&stage)?;
    let api = address(&outputs)?;
    say::line(format_args!("migrate: {}", outputs.get("AppliedMigrations")?));
    check(&api).await?;
    if let Some(pages) = pages {
        let bucket = Bucket::open(&aws, client()?, outputs.get("WebBucketName")?).await?;
        pages.upload(&bucket, &outputs).await?;
    }
    summary::print(&stage, &outputs, &api, deployed == Deployed::Changed);
    Ok(())
}

/// Settles the region, since a stage stays where it is, and that there are credentials: not after minutes of building.
pub(crate) async fn configuration(stage: &mut Stage, wanted: Option<String>) -> Result<SdkConfig, Error> {
    if let (Some(kept), Some(wanted)) = (&stage.region, &wanted)
        && kept != wanted
    {
        return Err(Error::Usage(format!(
            "--region {wanted}: this stage is in {kept}; use another stage for another region"
        )));
    }
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(region) = wanted.or(stage.region.clone()) {
        loader = loader.region(Region::new(region));
    }
    let aws = loader.load().await;
    stage.region = aws.region().map(|region| region.as_ref().to_owned());
    if stage.region.is_none() {
        return Err(Error::Usage("no region is known; give it by --region or AWS_REGION".to_owned()));
    }
    let credentials = aws.credentials_provider().ok_or(Error::Credentials(None))?;
    credentials.provide_credentials().await.map_err(|error| Error::Credentials(Some(error)))?;
    Ok(aws)
}

/// Builds, or takes what is there, and checks it. Returns the folder as an absolute path.
fn prepare(stage: &Stage, given: Option<PathBuf>, functions: &[String], machine: Machine) -> Result<PathBuf, Error> {
    let folder = match given {
        Some(folder) => folder,
        None => build::build(stage.root(), functions, machine)?,
    };
    binary::check(&folder, functions, machine)?;
    Ok(folder.canonicalize().map_err(|source| stack::Error::Read { path: folder, source })?)
}

/// Makes a folder with the template and, where the template says so, the binaries: they may lie anywhere.
fn assemble(stage: &Stage, binaries: &Path) -> Result<TempDir, Error> {
    let parent = stage.root().join("target");
    let failed = |source| stack::Error::Write { path: parent.clone(), source };
    file::make_folder(&parent)?;
    let folder = tempfile::Builder::new().prefix("deploy-").tempdir_in(&parent).map_err(failed)?;
    let template = file::read(&stage.root().join("template.yaml"))?;
    file::write(&folder.path().join("template.yaml"), &template, 0o644)?;
    file::make_folder(&folder.path().join("target"))?;
    symlink(binaries, folder.path().join("target/lambda")).map_err(failed)?;
    Ok(folder)
}

/// Names the release by its content, so that a change of anything migrates and publishes, and no change does not.
fn name_release(stage: &mut Stage, binaries: &Path, functions: &[String]) -> Result<(), Error> {
    let template = file::read(&stage.root().join("template.yaml"))?;
    stage.parameters.remove(RELEASE);
    let name = stack::release(&template, &stage.parameters, binaries, functions)?;
    stage.parameters.insert(RELEASE.to_owned(), name);
    Ok(())
}

/// Makes an HTTP client.
pub(crate) fn client() -> Result<reqwest::Client, Error> {
    // An error means that a provider is already installed, which is fine.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    reqwest::Client::builder().timeout(REQUEST_LIMIT).build().map_err(Error::Client)
}

/// Waits until the API answers and a view is scored.
async fn check(api: &str) -> Result<(), Error> {
    let api = Api::new(client()?, api.to_owned());
    say::line(format_args!("GET /health: {:.1} s", api.wait_until_healthy(HEALTH_LIMIT).await?.as_secs_f64()));
    let seconds = api.view(SCORE_LIMIT).await?.as_secs_f64();
    say::line(format_args!("probe: a view of the product {PRODUCT} was scored after {seconds:.1} s"));
    Ok(())
}

/// Where the API answers: on AWS at its own host name, in the local emulator below the emulator's address.
fn address(outputs: &Outputs) -> Result<String, Error> {
    match std::env::var("AWS_ENDPOINT_URL") {
        Ok(endpoint) if !endpoint.is_empty() => {
            let id = outputs.get("HttpApiId")?;
            Ok(format!("{}/_aws/execute-api/{id}/$default", endpoint.trim_end_matches('/')))
        }
        _ => Ok(outputs.get("ApiUrl")?.trim_end_matches('/').to_owned()),
    }
}
