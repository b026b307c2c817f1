//! What was acknowledged of a file, so that a run that was cut goes on.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Args;
use super::batch::Batch;
use super::mapping::Pair;
use super::send::Sent;
use super::summary::{Summary, Tally};
use crate::Error;
use stack::file;

/// So much of the beginning tells a file from others of its size.
const HEAD_BYTES: u64 = 64 * 1024;

/// Which file it is, and how it is read. With another mapping the same lines are other events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    size: u64,
    digest: [u8; 16],
}

impl Identity {
    /// Looks at the size and the head of a file, and at what the arguments make of its lines.
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

/// How far a file is.
#[derive(Debug)]
pub(super) struct Progress {
    noted: Noted,
    resumed_after: u64,
    started: Instant,
}

#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    identity: Identity,
    /// All lines up to this one are decided.
    line: u64,
    tally: Tally,
}

/// Where the state of a file is, unless an argument says otherwise.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".import.json");
    path.with_file_name(name)
}

impl Progress {
    /// Reads what was noted of this file; what was noted of another one does not count.
    pub(super) fn load(path: &Path, identity: Identity) -> Result<Self, Error> {
        let noted = file::find_json::<Noted>(path)?.filter(|noted| noted.identity == identity);
        let noted = noted.unwrap_or(Noted { identity, line: 0, tally: Tally::default() });
        Ok(Self { resumed_after: noted.line, noted, started: Instant::now() })
    }

    /// Writes the state, whole or not at all.
    pub(super) fn save(&self, path: &Path) -> Result<(), Error> {
        Ok(file::write_json(path, &self.noted)?)
    }

    /// The last line that is decided.
    pub(super) fn line(&self) -> u64 {
        self.noted.line
    }

    /// Counts a batch of which everything is decided.
    pub(super) fn add(&mut self, batch: &Batch, sent: Sent) {
        self.noted.tally.add(batch, sent);
        self.noted.line = batch.last_line;
    }

    pub(super) fn line_of_figures(&self) -> String {
        self.noted.tally.line()
    }

    /// The figures of the file, those of earlier runs that were cut included.
    pub(super) fn summary(self, failure: Option<String>) -> Summary {
        Summary::new(self.noted.tally, (self.resumed_after, self.noted.line), self.started.elapsed(), failure)
    }
}
