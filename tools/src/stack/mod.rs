//! The local stack: Postgres and the AWS emulator as ordinary processes on loopback, with template.yaml deployed.
//!
//! Everything lives in two folders of the project: `.venv/` (the programs, from PyPI) and `.local/<stack>/` (data, ports,
//! logs, the issuer's key). Nothing outside is touched, and no container runtime is needed.

pub mod description;
pub mod down;
pub mod faketime;
pub mod folder;
pub mod install;
pub mod logs;
pub mod postgres_program;
pub mod psql;
pub mod status;
pub mod token;
pub mod up;

pub(crate) mod file;
pub(crate) mod say;

mod cloudformation;
mod daemon;
pub(crate) mod deploy;
mod emulator;
pub(crate) mod http;
mod ports;
mod postgres;
mod postgres_user;
mod venv;
