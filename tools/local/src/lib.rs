//! The local stack: Postgres and the AWS emulator as ordinary processes on loopback, with template.yaml deployed, and
//! simulated shoppers to send through it.
//!
//! Everything lives in two folders of the project: `.venv/` (the programs, from PyPI) and `.local/<stack>/` (data, ports,
//! logs, the issuer's key). Nothing outside is touched, and no container runtime is needed. A library, so that tests use
//! the same shoppers and the same Postgres; the command itself is the thin `main.rs`, and every subcommand is one module
//! with its `Args` and an `async fn run(&Stack, Args)`.

pub mod cli;
pub mod demo;
pub mod demo_shop;
pub mod down;
pub mod env;
pub mod error;
pub mod faketime;
pub mod install;
pub mod logs;
pub mod postgres_program;
pub mod psql;
pub mod simulate;
pub mod status;
pub mod token;
pub mod up;
pub mod web;

mod cloudformation;
mod daemon;
mod deploy;
mod emulator;
mod http;
mod ports;
mod postgres;
mod postgres_user;
mod venv;

pub use error::Error;
