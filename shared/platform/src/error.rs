//! Writes an error with its causes, for the log line at the boundary.

use std::error::Error;

/// Joins an error and its sources: `could not reach postgres: error connecting: connection refused`.
///
/// Each error's own text says only its own layer, so the chain is written once, where it is logged.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let layer = error.to_string();
        // Some libraries repeat their source in their own message.
        if !text.ends_with(&layer) {
            text.push_str(": ");
            text.push_str(&layer);
        }
        cause = error.source();
    }
    text
}
