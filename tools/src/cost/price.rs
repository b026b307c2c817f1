//! The price tables: files in tools/prices/, one per region, and one with the published costs of other systems.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::stack::file;

/// One price, with where it comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    /// US$ per million units.
    pub(crate) usd_per_million: f64,
    /// The page that states it.
    pub(crate) source: String,
    /// How it was checked.
    pub(crate) checked: String,
}

/// The prices of one region.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    pub(crate) region: String,
    pub(crate) date: toml::value::Datetime,
    pub(crate) http_api_requests: Price,
    pub(crate) lambda_requests: Price,
    pub(crate) lambda_gb_seconds: Price,
    pub(crate) sqs_requests: Price,
    pub(crate) dynamodb_write_units: Price,
    pub(crate) dynamodb_megabyte_months: Price,
    pub(crate) log_megabytes: Price,
    pub(crate) traces: Price,
}

impl Prices {
    /// Every price with its name.
    pub(crate) fn named(&self) -> [(&'static str, &Price); 8] {
        [
            ("API request", &self.http_api_requests),
            ("Lambda request", &self.lambda_requests),
            ("Lambda GB-second", &self.lambda_gb_seconds),
            ("SQS request", &self.sqs_requests),
            ("DynamoDB write unit", &self.dynamodb_write_units),
            ("DynamoDB megabyte for a month", &self.dynamodb_megabyte_months),
            ("log megabyte", &self.log_megabytes),
            ("X-Ray trace", &self.traces),
        ]
    }
}

/// The published cost of another system.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OtherSystem {
    pub(crate) name: String,
    pub(crate) usd_per_million: f64,
    pub(crate) includes: String,
    pub(crate) source: String,
}

#[derive(Deserialize)]
struct OtherSystems {
    system: Vec<OtherSystem>,
}

/// Reads the prices of a region.
pub(crate) fn of_region(root: &Path, region: &str) -> Result<Prices, Error> {
    read(folder(root).join(format!("{region}.toml")))
}

/// Reads the published costs of other systems.
pub(crate) fn of_others(root: &Path) -> Result<Vec<OtherSystem>, Error> {
    read::<OtherSystems>(folder(root).join("others.toml")).map(|others| others.system)
}

fn folder(root: &Path) -> PathBuf {
    root.join("tools/prices")
}

fn read<T: DeserializeOwned>(path: PathBuf) -> Result<T, Error> {
    let text = file::read(&path)?;
    toml::from_slice(&text).map_err(|source| Error::PriceTable { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_table_can_be_read_and_names_its_region_and_sources() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let prices = of_region(&root, "us-east-1").unwrap();
        assert_eq!(prices.region, "us-east-1");
        assert!(prices.date.date.is_some());
        assert!(!prices.sqs_requests.source.is_empty() && !prices.sqs_requests.checked.is_empty());
        assert!(of_others(&root).unwrap().iter().all(|other| !other.source.is_empty()));
        assert!(of_region(&root, "moon-1").is_err());
    }
}
