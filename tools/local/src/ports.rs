//! The stack's ports: chosen by the system at the first start, then kept.
//!
//! They must not change while there is data: the emulator's queue URLs and the issuer's URL contain them.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::Error;
use stack::Stack;
use stack::file;

/// An outgoing connection may hold one of our ports for a moment.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// The loopback ports of one stack.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) postgres: u16,
    pub(crate) emulator: u16,
    pub(crate) issuer: u16,
    pub(crate) web: u16,
}

impl Ports {
    /// Reads the ports of a stack that was started before.
    pub(crate) fn find(stack: &Stack) -> Result<Option<Self>, Error> {
        Ok(file::find_json(&stack.path("ports.json"))?)
    }

    /// Reads the ports, or takes free ones and records them.
    pub(crate) fn choose(stack: &Stack) -> Result<Self, Error> {
        if let Some(ports) = Self::find(stack)? {
            return Ok(ports);
        }
        let failed = |source| Error::Read { path: "127.0.0.1:0".into(), source };
        // All four are bound at the same time, so that they differ.
        let listeners: Vec<TcpListener> =
            (0..4).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<Result<_, _>>().map_err(failed)?;
        let numbers: Vec<u16> =
            listeners.iter().map(|l| l.local_addr().map(|a| a.port())).collect::<Result<_, _>>().map_err(failed)?;
        let ports = Self { postgres: numbers[0], emulator: numbers[1], issuer: numbers[2], web: numbers[3] };
        file::write_json(&stack.path("ports.json"), &ports)?;
        Ok(ports)
    }
}

/// Waits until the port is free.
pub(crate) async fn wait_until_free(stack: &Stack, name: &'static str, port: u16) -> Result<(), Error> {
    let end = Instant::now() + WAIT_LIMIT;
    while TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        if Instant::now() > end {
            return Err(Error::PortTaken { name, port, stack: stack.name().to_owned() });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
