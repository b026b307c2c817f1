//! The acknowledged part of a file, so that an interrupted run can continue.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::args::{Args, Pair};
use super::batch::Batch;
use super::send::Sent;
use super::summary::{Summary, Tally};
use crate::Error;
use stack::file;

/// This much of the beginning distinguishes a file from others of the same size.
const HEAD_BYTES: u64 = 64 * 1024;

/// The identity of a file and its mapping. With another mapping the same lines are other events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    size: u64,
    digest: [u8; 16],
}

impl Identity {
    /// Computed from the size and the head of a file, and the mapping.
    pub(super) fn of(path: &Path, args: &Args) -> Result<Self, Error> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut hash = Sha256::new();
        let mut head = Vec::new();
        file.take(HEAD_BYTES).read_to_end(&mut head).map_err(failed)?;
        let map: Vec<_> = args.map.iter().map(Pair::text).collect();
        // Another API has acknowledged nothing.
        let reading = (format!("{:?} {:?}", args.kind, args.preset), map, args.api_url.as_deref());
        hash.update(serde_json::json!(reading).to_string());
        hash.update(head);
        let digest = hash.finalize();
        Ok(Self { size, digest: std::array::from_fn(|i| digest[i]) })
    }

    pub(super) fn size(self) -> u64 {
        self.size
    }
}

/// The progress of a file.
#[derive(Debug)]
pub(super) struct Progress {
    noted: Noted,
    resumed_after: u64,
    started: Instant,
}

#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    identity: Identity,
    /// All lines up to this one have been decided.
    line: u64,
    tally: Tally,
}

/// The default path of the state of a file.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".import.json");
    path.with_file_name(name)
}

impl Progress {
    /// Reads the state of this file; the state of another file is ignored.
    pub(super) fn load(path: &Path, identity: Identity) -> Result<Self, Error> {
        let noted = file::find_json::<Noted>(path)?.filter(|noted| noted.identity == identity);
        let noted = noted.unwrap_or(Noted { identity, line: 0, tally: Tally::default() });
        Ok(Self { resumed_after: noted.line, noted, started: Instant::now() })
    }

    /// Writes the state atomically.
    pub(super) fn save(&self, path: &Path) -> Result<(), Error> {
        Ok(file::write_json(path, &self.noted)?)
    }

    /// The last line that is decided.
    pub(super) fn line(&self) -> u64 {
        self.noted.line
    }

    /// Counts a batch that is completely decided.
    pub(super) fn add(&mut self, batch: &Batch, sent: Sent) {
        self.noted.tally.add(batch, sent);
        self.noted.line = batch.last_line;
    }

    pub(super) fn line_of_figures(&self) -> String {
        self.noted.tally.line()
    }

    /// The figures of the file, including earlier interrupted runs.
    pub(super) fn summary(self, failure: Option<String>) -> Summary {
        Summary::new(self.noted.tally, (self.resumed_after, self.noted.line), self.started.elapsed(), failure)
    }
}
