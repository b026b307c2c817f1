//! Output for the terminal.

use std::fmt::Display;
use std::io::Write as _;

/// Prints a line; returns whether the output is still open.
///
/// Unlike `println!` it does not panic when the reader is gone (`shopsignal up | head`): work continues silently.
pub(crate) fn line(text: impl Display) -> bool {
    writeln!(std::io::stdout(), "{text}").is_ok()
}
