//! The proof that a deployment works: a view goes in at the API, and a score comes out of it.
//!
//! Views go in as a guest's, so nobody has to sign in, and name one reserved product, which no list shows. A failed attempt
//! is repeated until a limit, because a deployment may have just begun; who asks decides how long.
#![warn(missing_docs)]

use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

/// The product that is viewed, reserved for this. It has a score like any other, and the lists leave it out
/// (migrations/functions/list_popularity_*.sql).
pub const PRODUCT: &str = "shopsignal-probe";

/// The pause between two looks. The batching window of the queue is a second.
const PAUSE: Duration = Duration::from_millis(500);

/// A deployed HTTP API.
#[derive(Debug)]
pub struct Api {
    client: Client,
    url: String,
}

/// The API did not do in time what was waited for.
#[derive(Debug, thiserror::Error)]
#[error("see {what} within {seconds} s; the last answer: {last}")]
pub struct TimedOut {
    what: &'static str,
    seconds: u64,
    last: String,
}

impl Api {
    /// An API by its base address, without a slash at its end.
    #[must_use]
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Waits until the API answers, and returns how long that took.
    ///
    /// # Errors
    /// When it does not within the limit.
    pub async fn wait_until_healthy(&self, limit: Duration) -> Result<Duration, TimedOut> {
        let mut wait = Wait::new("GET /health answer 200", limit);
        loop {
            match self.client.get(format!("{}/health", self.url)).send().await {
                Ok(response) if response.status() == StatusCode::OK => return Ok(wait.start.elapsed()),
                other => wait.pause(say(other).await).await?,
            }
        }
    }

    /// Sends a view, waits until it is scored, and returns how long that took from the answer to the view.
    ///
    /// # Errors
    /// When it is not accepted, or not scored, within the limit.
    pub async fn view(&self, limit: Duration) -> Result<Duration, TimedOut> {
        let mut wait = Wait::new("the view of shopsignal-probe scored", limit);
        let before = loop {
            match self.seen().await {
                Ok(seen) => break seen,
                Err(last) => wait.pause(last).await?,
            }
        };
        // The same ids with every attempt: it counts once, however often it is sent.
        let view = json!({"event_id": Uuid::now_v7(), "session_id": Uuid::now_v7(), "event_type": "view",
            "ref_type": "Product", "ref_id": PRODUCT});
        while let Err(last) = self.send(&view).await {
            wait.pause(last).await?;
        }
        let sent = Instant::now();
        loop {
            match self.seen().await {
                Ok(after) if after > before => return Ok(sent.elapsed()),
                Ok(_) => wait.pause("it is not scored; see the log of update-popularity".to_owned()).await?,
                Err(last) => wait.pause(last).await?,
            }
        }
    }

    async fn send(&self, view: &Value) -> Result<(), String> {
        let url = format!("{}/api/v1/analytic/guest/interaction", self.url);
        let answer = self.client.post(url).json(&json!({"interactions": [view]})).send().await;
        match answer {
            Ok(response) if response.status().is_success() => Ok(()),
            other => Err(say(other).await),
        }
    }

    /// The views that the scorer has seen. Not the score: that moves by a few views of a network and day only.
    async fn seen(&self) -> Result<i64, String> {
        let url = format!("{}/api/v1/analytic/popularity/{PRODUCT}/explain", self.url);
        let answer = self.client.get(url).send().await;
        match answer {
            Ok(response) if response.status() == StatusCode::NOT_FOUND => Ok(0),
            Ok(response) if response.status() == StatusCode::OK => {
                let value: Value = response.json().await.map_err(|error| error.to_string())?;
                count(&value).ok_or_else(|| value.to_string())
            }
            other => Err(say(other).await),
        }
    }
}

/// Every event of the explanation, whether it counts or lies beyond a cap.
fn count(answer: &Value) -> Option<i64> {
    let events = answer["data"]["events"].as_array()?;
    events.iter().flat_map(|event| ["counted", "capped", "excluded"].map(|name| event[name].as_i64())).sum()
}

/// An answer for a message.
async fn say(answer: Result<Response, reqwest::Error>) -> String {
    match answer {
        Ok(response) => {
            let status = response.status();
            let text = response.text().await.unwrap_or_default();
            format!("{status} {}", text.chars().take(300).collect::<String>())
        }
        Err(error) => format!("none ({error})"),
    }
}

/// A bounded wait.
struct Wait {
    what: &'static str,
    limit: Duration,
    start: Instant,
}

impl Wait {
    fn new(what: &'static str, limit: Duration) -> Self {
        Self { what, limit, start: Instant::now() }
    }

    async fn pause(&mut self, last: String) -> Result<(), TimedOut> {
        if self.start.elapsed() > self.limit {
            return Err(TimedOut { what: self.what, seconds: self.limit.as_secs(), last });
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_that_was_scored_counts_whether_it_moves_the_score_or_not() {
        let event = |counted: i64, capped: i64| json!({"counted": counted, "capped": capped, "excluded": 0});
        let answer = json!({"data": {"events": [event(50, 7), event(1, 0)]}});
        assert_eq!(count(&answer), Some(58));
        assert_eq!(count(&json!({"data": {"events": []}})), Some(0), "it has a row, and nothing was scored");
        assert_eq!(count(&json!({"data": {"id": "p"}})), None);
    }
}
