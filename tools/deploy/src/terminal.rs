//! Questions to a person, when there is one.

use std::io::{IsTerminal as _, Write as _};

use crate::Error;

/// Whether a person can be asked.
pub(crate) fn is_there() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks for a line, and returns it without the spaces around it.
///
/// # Errors
/// When the terminal is gone.
pub(crate) fn ask(question: &str) -> Result<String, Error> {
    let mut out = std::io::stdout();
    write!(out, "{question} ").and_then(|()| out.flush()).map_err(Error::Terminal)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(Error::Terminal)?;
    Ok(answer.trim().to_owned())
}
