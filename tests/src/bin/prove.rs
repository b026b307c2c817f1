//! `prove`: the long run of the fault suite, and the known mistakes that it must detect. `make prove` runs it.

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    it::prove::run(it::prove::Arguments::parse()).await
}
