//! `prove`: the long run of the fault suite, and the known mistakes that it must detect. `make prove` runs it.

use std::process::ExitCode;

use clap::Parser as _;
use prove::suite;

#[tokio::main]
async fn main() -> ExitCode {
    suite::run(suite::Arguments::parse()).await
}
