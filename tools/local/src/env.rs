//! `local-stack env`: prints what a deployed function is started with, so that it also runs outside of the stack.

use serde_json::Value;
use shopsignal::api::shorten;
use shopsignal::say;
use stack::{Stack, StackFile};

use crate::Error;
use crate::cloudformation::Resources;
use crate::emulator::{CREDENTIAL, REGION};
use crate::http;

const WHAT: &str = "the emulator for the variables of a function";

/// Of which function.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder of functions/.
    function: String,
}

/// Prints one `NAME=value` a line: the function's own variables, and where the AWS APIs are.
///
/// # Errors
/// `NotRunning` when the stack is not up; `NoResource` when there is no such function.
pub async fn run(stack: &Stack, args: Args) -> Result<(), Error> {
    let endpoint = StackFile::of(stack)?.aws_endpoint;
    let name = Resources::read(&endpoint, stack).await?.function(&args.function)?;
    let failed = |source| Error::Http { what: WHAT, source };
    let request = http::client()?.get(format!("{endpoint}/2015-03-31/functions/{name}/configuration"));
    let response = request.header("authorization", http::authorization("lambda")).send().await.map_err(failed)?;
    let text = response.text().await.map_err(failed)?;
    let configuration: Value = serde_json::from_str(&text).unwrap_or_default();
    let Some(variables) = configuration["Environment"]["Variables"].as_object() else {
        return Err(Error::Answer { what: WHAT, answer: shorten(&text) });
    };
    for (name, value) in variables {
        say::line(format_args!("{name}={}", value.as_str().unwrap_or_default()));
    }
    say::line(format_args!("AWS_ENDPOINT_URL={endpoint}\nAWS_REGION={REGION}"));
    say::line(format_args!("AWS_ACCESS_KEY_ID={CREDENTIAL}\nAWS_SECRET_ACCESS_KEY={CREDENTIAL}"));
    Ok(())
}
