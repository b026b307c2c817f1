//! The environment of every function: settings, secrets, telemetry, metrics, the AWS SDK, deadlines, HTTP.
//!
//! It does not depend on the domain.
#![warn(missing_docs)]

pub mod aws;
mod deadline;
mod error;
mod http;
mod metric;
mod secret;
mod settings;
mod telemetry;
mod trace;

pub use deadline::Deadline;
pub use error::chain;
pub use http::{answer, claims, content_encoding, report_refusal, report_rejections, serve};
pub use metric::{Metric, Metrics, NAMESPACE_VARIABLE, listed};
pub use secret::{Secret, SecretError, SecretSource, SecretValues};
pub use settings::{SettingsError, Variables, load};
pub use telemetry::start;
pub use trace::TraceHeader;
