//! The machine on which the suite was run.

use std::process::Command;

use testkit::TestDatabase;

/// The commit that is checked out, with a plus when files of it are changed.
pub(super) fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(testkit::template::repository()).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    };
    let changed = if git(&["status", "--porcelain", "--untracked-files=no"]).is_empty() { "" } else { "+" };
    format!("{}{changed}", git(&["rev-parse", "--short", "HEAD"]))
}

/// Processor, cores, kernel, and the Postgres settings for durability.
pub(super) async fn describe() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let sql = "SELECT name || ' ' || setting FROM pg_settings
               WHERE name IN ('server_version', 'fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name";
    let settings = TestDatabase::create().await.rows(sql).await.join(", ");
    let (model, kernel) = (model.map_or("unknown processor", |(_, model)| model), read("/proc/sys/kernel/osrelease"));
    format!("{model}, {cores} cores, Linux {}; Postgres: {settings}", kernel.trim())
}
