//! The progress bar of a run, on stderr if that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// Shows how many of the items are sent; the message is one line of figures.
pub(super) fn bar(items: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {per_sec}  {msg}");
    let style = style.expect("the template is a constant that was tried");
    ProgressBar::new(u64::try_from(items).unwrap_or(u64::MAX)).with_style(style)
}
