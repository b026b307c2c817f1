//! `prove`: the fault suite for hours, and the known mistakes that it has to see. `make prove` runs it.

use std::process::ExitCode;

use clap::Parser as _;
use prove::suite;

#[tokio::main]
async fn main() -> ExitCode {
    suite::run(suite::Arguments::parse()).await
}
