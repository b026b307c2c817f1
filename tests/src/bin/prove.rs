//! `prove`: the fault suite for hours, and the known mistakes that it has to see. `make prove` runs it.

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    it::prove::run(it::prove::Arguments::parse()).await
}
