//! Waits until all back-end events have been processed.

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::Error;
use crate::simulate::ShopSummary;
use shopsignal::deployment::Deployment;
use shopsignal::verify::{QueueDepth, measure_queue};

/// The polling interval.
const POLL: Duration = Duration::from_millis(500);

/// Waits until every event that the API accepted is in the log and the queue is empty.
///
/// # Errors
/// `Undrained` when that takes longer than `limit`.
pub(super) async fn wait(
    deployment: &Deployment,
    queue_url: &str,
    shop: &ShopSummary,
    limit: Duration,
) -> Result<(), Error> {
    let (database, sqs, end) = (deployment.database(), deployment.sqs(), Instant::now() + limit);
    let ids: Vec<Uuid> = shop.event_ids.iter().copied().collect();
    loop {
        let logged = store::shop_event::count(&database, &ids).await;
        let logged = logged.map_err(|source| Error::Store { what: "count the logged events", source })?;
        let QueueDepth { visible, in_flight, .. } = measure_queue(&sqs, "order-events-queue", queue_url).await?;
        let queued = visible + in_flight;
        if queued == 0 && usize::try_from(logged) == Ok(ids.len()) {
            return Ok(());
        }
        if Instant::now() >= end {
            return Err(Error::Undrained { sent: ids.len(), logged, queued, seconds: limit.as_secs() });
        }
        tokio::time::sleep(POLL).await;
    }
}
