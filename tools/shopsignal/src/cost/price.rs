//! The price tables of the command, one per region, and one with the published costs of other systems.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;

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

/// The regions with a price table.
pub(crate) const REGIONS: [&str; 1] = ["us-east-1"];

/// Reads the prices of one of the regions.
pub(crate) fn of_region(region: &str) -> Result<Prices, Error> {
    match region {
        "us-east-1" => read(region, include_str!("../../prices/us-east-1.toml")),
        _ => Err(Error::Usage(format!("there are prices of {REGIONS:?} only; --prices takes a file with others"))),
    }
}

/// Reads prices of a file.
pub(crate) fn of_file(path: &Path) -> Result<Prices, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    read(&path.to_string_lossy(), &text)
}

/// Reads the published costs of other systems.
pub(crate) fn of_others() -> Result<Vec<OtherSystem>, Error> {
    read::<OtherSystems>("others", include_str!("../../prices/others.toml")).map(|others| others.system)
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|source| Error::PriceTable { name: name.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_table_can_be_read_and_names_its_region_and_sources() {
        for region in REGIONS {
            let prices = of_region(region).unwrap();
            assert_eq!(prices.region, region);
            assert!(prices.date.date.is_some());
            assert!(!prices.sqs_requests.source.is_empty() && !prices.sqs_requests.checked.is_empty());
        }
        assert!(of_others().unwrap().iter().all(|other| !other.source.is_empty()));
        assert!(of_region("moon-1").is_err());
    }
}
