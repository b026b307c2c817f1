//! The machine on which the figures were measured.

use serde_json::{Value, json};
use testkit::TestDatabase;

/// Describes the machine and the settings of Postgres that figures depend on.
pub(crate) async fn describe() -> Value {
    let database = TestDatabase::create().await;
    let names = "'fsync', 'full_page_writes', 'max_wal_size', 'server_version', 'shared_buffers', 'synchronous_commit'";
    let query =
        format!("SELECT name, setting || coalesce(unit, '') FROM pg_settings WHERE name IN ({names}) ORDER BY name");
    let processor = text("/proc/cpuinfo");
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    json!({
        "date": jiff::Timestamp::now().to_string(),
        "processor": model.map_or("unknown", |(_, model)| model),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "load_average": text("/proc/loadavg").trim(),
        "kernel": text("/proc/sys/kernel/osrelease").trim(),
        "postgres": database.rows(&query).await,
    })
}

fn text(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
