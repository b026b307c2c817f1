//! The seller dashboard: its figures against a recount of the log, and who may see them.

mod access;
mod age;
mod exact;
mod period;
mod snapshot;
mod standing;
