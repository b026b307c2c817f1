//! Lines for the person at the terminal.

use std::fmt::Display;
use std::io::Write as _;

/// Prints a line; returns whether anybody still reads.
///
/// Unlike `println!` it does not panic when the reader is gone (`shopsignal up | head`): work goes on in silence.
pub(crate) fn line(text: impl Display) -> bool {
    writeln!(std::io::stdout(), "{text}").is_ok()
}
