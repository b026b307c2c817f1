//! Polls for the effect of another process.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The polling interval.
const PAUSE: Duration = Duration::from_millis(50);

/// Polls until a value is returned.
///
/// # Panics
/// When there is none within the limit.
pub async fn eventually<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not come within {limit:?}");
        sleep(PAUSE).await;
    }
}
