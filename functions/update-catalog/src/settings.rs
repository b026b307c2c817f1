//! The settings of update-catalog, from its environment.

use std::num::NonZeroUsize;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, timeout::TimeoutConfig};
use catalog::{Catalog, CatalogUrl, FeedCatalog, HttpCatalog, HttpSettings};
use domain::Learning;
use platform::Variables;

/// The minimum pause of the circuit breaker. A third of the function's timeout: a busy environment detects that the
/// catalog has recovered in its next invocation or the one after.
const PAUSE: Duration = Duration::from_secs(10);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the pending rows.
    pub database: store::Settings,
    /// How interactions are learned.
    pub learning: Learning,
    /// A catalog beside the built-in one.
    pub outside: Option<CatalogSettings>,
    /// The dead-letter queue.
    pub dead_letter_queue_url: String,
}

/// Which outside catalog, and how to call it.
#[derive(Debug)]
pub enum CatalogSettings {
    /// A catalog behind `CATALOG_URL`.
    Http(HttpSettings),
    /// Our own feed, when `CATALOG_FEED` is true and no `CATALOG_URL` is set.
    Feed {
        /// `CATALOG_TABLE`.
        table: String,
        /// The time limit of one AWS call with its retries.
        call_timeout: Duration,
    },
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let learning = read_learning(variables);
        let outside = CatalogSettings::read(variables);
        let dead_letter_queue_url = variables.required("DEAD_LETTER_QUEUE_URL");
        Some(Self {
            database: database?,
            learning: learning?,
            outside: outside?,
            dead_letter_queue_url: dead_letter_queue_url?,
        })
    }
}

fn read_learning(variables: &mut Variables<'_>) -> Option<Learning> {
    let lookback = variables.number("LEARNING_LOOKBACK", 1..=u64::from(Learning::LOOKBACK_MAX));
    let half_life = variables.number("LEARNING_HALF_LIFE_DAYS", 1..=u64::from(Learning::HALF_LIFE_DAYS_MAX));
    Some(Learning { lookback: lookback?.try_into().ok()?, half_life_days: half_life?.try_into().ok()? })
}

impl CatalogSettings {
    /// Reads which outside catalog there is, `Some(None)` when none.
    fn read(variables: &mut Variables<'_>) -> Option<Option<Self>> {
        // An upper limit far below the function's timeout: one silent call must leave time for the others.
        let call_timeout = variables.millis("CATALOG_TIMEOUT_MS", 50..=10_000);
        let concurrency = variables.number("CATALOG_CONCURRENCY", 1..=100);
        let table = variables.optional("CATALOG_TABLE");
        let feed = variables.switch("CATALOG_FEED");
        if variables.optional("CATALOG_URL").is_some() {
            let url = variables.parsed::<CatalogUrl>("CATALOG_URL");
            let concurrency = NonZeroUsize::new(usize::try_from(concurrency?).ok()?)?;
            return Some(Some(Self::Http(HttpSettings {
                url: url?,
                call_timeout: call_timeout?,
                concurrency,
                pause: PAUSE,
            })));
        }
        concurrency?;
        if !feed? {
            return Some(None);
        }
        let Some(table) = table else {
            return variables.refuse("CATALOG_TABLE", "is missing, although CATALOG_FEED is true");
        };
        Some(Some(Self::Feed { table, call_timeout: call_timeout? }))
    }

    /// Prepares the catalog for its first call. Does not connect to anything.
    #[must_use]
    pub fn open(self, aws: &SdkConfig) -> Catalog {
        match self {
            Self::Http(settings) => Catalog::Http(HttpCatalog::new(settings)),
            Self::Feed { table, call_timeout } => {
                let timeouts = TimeoutConfig::builder()
                    .operation_attempt_timeout(call_timeout / 2)
                    .operation_timeout(call_timeout)
                    .build();
                let config = Builder::from(aws).timeout_config(timeouts).build();
                Catalog::Feed(FeedCatalog::new(Client::from_conf(config), table))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(catalog: &[(&str, &str)]) -> Result<Option<CatalogSettings>, String> {
        let lookup = |name: &str| {
            let given = [("CATALOG_TIMEOUT_MS", "2000"), ("CATALOG_CONCURRENCY", "10")];
            let found = catalog.iter().chain(&given).find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Variables::new(&lookup).finish(CatalogSettings::read).map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_means_http_and_otherwise_the_feed_is_a_choice() {
        let both = [("CATALOG_URL", "https://catalog.example/x"), ("CATALOG_TABLE", "feed"), ("CATALOG_FEED", "true")];
        assert!(matches!(read(&both), Ok(Some(CatalogSettings::Http(settings))) if settings.concurrency.get() == 10));
        let feed = read(&[("CATALOG_URL", ""), ("CATALOG_TABLE", "feed"), ("CATALOG_FEED", "true")]);
        let two_seconds = Duration::from_secs(2);
        assert!(
            matches!(&feed, Ok(Some(CatalogSettings::Feed { table, call_timeout })) if table == "feed" && *call_timeout == two_seconds)
        );
        let built_in = read(&[("CATALOG_URL", ""), ("CATALOG_TABLE", "feed"), ("CATALOG_FEED", "false")]);
        assert!(matches!(built_in, Ok(None)));
    }

    #[test]
    fn settings_that_cannot_work_are_named() {
        let no_table = read(&[("CATALOG_FEED", "true")]).unwrap_err();
        assert!(no_table.contains("CATALOG_TABLE is missing"), "{no_table}");
        let open = [
            ("CATALOG_URL", "http://u:secret@catalog.example/"),
            ("CATALOG_TIMEOUT_MS", "0"),
            ("CATALOG_FEED", "true"),
        ];
        let open = read(&open).unwrap_err();
        assert!(open.contains("CATALOG_URL is malformed") && open.contains("CATALOG_TIMEOUT_MS must be"), "{open}");
        assert!(!open.contains("secret"), "{open}");
        let plain = read(&[("CATALOG_URL", "http://catalog.example/"), ("CATALOG_FEED", "false")]).unwrap_err();
        assert!(plain.contains("must begin with https://"), "{plain}");
    }
}
