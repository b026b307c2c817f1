//! The database that migrate and maintain-partitions keep: schema, statements, partitions, and what each role may do.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod additive;
mod cap;
mod changelog;
mod click;
mod conservation;
mod custom_resource;
mod fold;
mod migrate;
mod partition;
mod rds;
mod role;
mod schema;
mod sql;
