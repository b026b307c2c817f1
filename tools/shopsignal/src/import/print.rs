//! Prints the figures of an import.

use std::path::Path;

use super::summary::Summary;

pub(super) fn print(file: &Path, summary: &Summary) {
    let Summary { lines, requests, retries, seconds, .. } = summary;
    println!("{}: {lines} lines, {requests} requests, {retries} retries, {seconds:.1} s", file.display());
    if summary.resumed_after > 0 {
        println!("  gone on after line {}; the figures are those of the whole file", summary.resumed_after);
    }
    println!(
        "accepted {}, duplicate {}, rejected {}, lines about no product {}",
        summary.accepted, summary.duplicate, summary.rejected, summary.skipped
    );
    for (code, rejected) in &summary.rejected_by_code {
        println!("  rejected as {code}: {}", rejected.count);
        for (line, message) in &rejected.first {
            println!("    line {line}: {message}");
        }
    }
    if let Some(failure) = &summary.failure {
        println!("not complete: {failure}");
        println!("  run the same command again to go on after line {}", summary.last_line);
    }
}
