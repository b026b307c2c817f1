//! The command line of an import.

use std::path::PathBuf;

use crate::rate::{Rate, read_rate};

/// The fields of an interaction that can be mapped to a column.
pub(super) const FIELDS: [&str; 7] =
    ["event_id", "event_type", "ref_type", "ref_id", "account_id", "session_id", "occurred_at"];
/// The prefix of a member of an interaction's metadata.
pub(super) const METADATA: &str = "metadata.";

/// The arguments of an import.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The file: .csv or .tsv, or one JSON object per line (.json, .ndjson, .jsonl); each also with .gz.
    pub file: PathBuf,
    /// The kind of its lines.
    #[arg(long, value_enum, default_value_t = Kind::Interactions)]
    pub kind: Kind,
    /// The system that wrote the file.
    #[arg(long, value_enum)]
    pub preset: Option<Preset>,
    /// Maps a field of an interaction to a column, such as ref_id=product_id or metadata.brand=brand; for JSON also to
    /// a path, such as ref_id=properties.sku. May be repeated.
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = Pair::read)]
    pub map: Vec<Pair>,
    /// Events per second, or `max`, which slows down live requests.
    #[arg(long, default_value = "1000", value_name = "R|max", value_parser = read_rate)]
    pub rate: Rate,
    /// Concurrent requests.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub at_once: u16,
    /// State file of what was acknowledged; next to the imported file by default.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Exit with 0 although lines were rejected.
    #[arg(long)]
    pub skip_rejected: bool,
    /// Base of another API than the local stack's, without /api/v1; needs the token below.
    #[arg(long, env = "SHOPSIGNAL_API_URL", value_name = "URL", requires = "trusted_token")]
    pub api_url: Option<String>,
    /// Token with the scope analytic/trusted.
    #[arg(long, env = "SHOPSIGNAL_TRUSTED_TOKEN", hide_env_values = true, requires = "api_url")]
    pub trusted_token: Option<String>,
    /// Print the figures as JSON.
    #[arg(long)]
    pub json: bool,
}

/// The kinds of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Interactions of shoppers.
    Interactions,
    /// Back-end events of orders, products and users.
    Orders,
}

/// A system whose files are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Preset {
    /// The eCommerce data sets of REES46: one event per line.
    Rees46,
    /// The BigQuery export of Google Analytics 4 as JSON: one interaction for each of an event's items.
    Ga4,
    /// Segment's ecommerce spec, version 2: one interaction for each of an event's products.
    Segment,
}

/// `FIELD=COLUMN` of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub(super) field: String,
    pub(super) column: String,
}

impl Pair {
    /// Parses an argument.
    ///
    /// # Errors
    /// Says what is allowed.
    pub fn read(text: &str) -> Result<Self, String> {
        let known =
            |field: &str| FIELDS.contains(&field) || field.strip_prefix(METADATA).is_some_and(|name| !name.is_empty());
        match text.split_once('=') {
            Some((field, column)) if known(field) && !column.is_empty() => {
                Ok(Self { field: field.to_owned(), column: column.to_owned() })
            }
            _ => Err(format!("must be FIELD=COLUMN with the field {} or metadata.NAME", FIELDS.join(", "))),
        }
    }

    pub(super) fn text(&self) -> String {
        format!("{}={}", self.field, self.column)
    }
}
