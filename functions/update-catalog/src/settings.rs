//! The settings of update-catalog, from its environment.

use std::num::NonZeroUsize;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, timeout::TimeoutConfig};
use catalog::{Catalog, CatalogUrl, FeedCatalog, HttpCatalog, HttpSettings};
use platform::Variables;
use store::Role;

/// The minimum pause of the circuit breaker. A third of the function's timeout: a busy environment detects that the
/// catalog has recovered in its next invocation or the one after.
const PAUSE: Duration = Duration::from_secs(10);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the pending rows.
    pub database: store::Settings,
    /// The catalog.
    pub catalog: CatalogSettings,
    /// The dead-letter queue.
    pub dead_letter_queue_url: String,
}

/// Which catalog, and how to call it.
#[derive(Debug)]
pub enum CatalogSettings {
    /// A catalog behind `CATALOG_URL`.
    Http(HttpSettings),
    /// Our own feed, when no `CATALOG_URL` is set.
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
        let database = variables.group(|lookup| store::Settings::of_role(Role::UpdateCatalog, lookup));
        let catalog = CatalogSettings::read(variables);
        let dead_letter_queue_url = variables.required("DEAD_LETTER_QUEUE_URL");
        Some(Self { database: database?, catalog: catalog?, dead_letter_queue_url: dead_letter_queue_url? })
    }
}

impl CatalogSettings {
    fn read(variables: &mut Variables<'_>) -> Option<Self> {
        // An upper limit far below the function's timeout: one silent call must leave time for the others.
        let call_timeout = variables.millis("CATALOG_TIMEOUT_MS", 50..=10_000);
        let concurrency = variables.number("CATALOG_CONCURRENCY", 1..=100);
        let table = variables.optional("CATALOG_TABLE");
        if variables.optional("CATALOG_URL").is_some() {
            let url = variables.parsed::<CatalogUrl>("CATALOG_URL");
            let concurrency = NonZeroUsize::new(usize::try_from(concurrency?).ok()?)?;
            return Some(Self::Http(HttpSettings {
                url: url?,
                call_timeout: call_timeout?,
                concurrency,
                pause: PAUSE,
            }));
        }
        let Some(table) = table else {
            return variables.refuse("CATALOG_TABLE", "is missing, and so is CATALOG_URL: one of them must be set");
        };
        concurrency?;
        Some(Self::Feed { table, call_timeout: call_timeout? })
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

    fn read(catalog: &[(&str, &str)]) -> Result<CatalogSettings, String> {
        let lookup = |name: &str| {
            let given = [("CATALOG_TIMEOUT_MS", "2000"), ("CATALOG_CONCURRENCY", "10")];
            let found = catalog.iter().chain(&given).find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Variables::new(&lookup).finish(CatalogSettings::read).map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_means_http_and_no_url_means_the_feed() {
        let both = [("CATALOG_URL", "https://catalog.example/x"), ("CATALOG_TABLE", "feed")];
        assert!(matches!(read(&both), Ok(CatalogSettings::Http(settings)) if settings.concurrency.get() == 10));
        let feed = read(&[("CATALOG_URL", ""), ("CATALOG_TABLE", "feed")]);
        let two_seconds = Duration::from_secs(2);
        assert!(
            matches!(&feed, Ok(CatalogSettings::Feed { table, call_timeout }) if table == "feed" && *call_timeout == two_seconds)
        );
    }

    #[test]
    fn settings_that_cannot_work_are_named() {
        let neither = read(&[]).unwrap_err();
        assert!(neither.contains("CATALOG_TABLE is missing") && neither.contains("CATALOG_URL"), "{neither}");
        let open =
            read(&[("CATALOG_URL", "http://u:secret@catalog.example/"), ("CATALOG_TIMEOUT_MS", "0")]).unwrap_err();
        assert!(open.contains("CATALOG_URL is malformed") && open.contains("CATALOG_TIMEOUT_MS must be"), "{open}");
        assert!(!open.contains("secret"), "{open}");
        let plain = read(&[("CATALOG_URL", "http://catalog.example/")]).unwrap_err();
        assert!(plain.contains("must begin with https://"), "{plain}");
    }
}
