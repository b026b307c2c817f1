//! Lines for the person at the terminal.

use std::error::Error;
use std::fmt::Display;
use std::io::Write as _;

/// Prints a line; returns whether anybody still reads.
///
/// Unlike `println!` it does not panic when the reader is gone (`shopsignal verify | head`): work goes on in silence.
pub fn line(text: impl Display) -> bool {
    writeln!(std::io::stdout(), "{text}").is_ok()
}

/// Says on standard error what could not be done, and why, layer by layer.
pub fn failure(error: &dyn Error) {
    let mut text = format!("could not {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!("\n  because: {inner}"));
        cause = inner.source();
    }
    eprintln!("{text}");
}
