//! Groups the items of lines into requests. A line is never split, so that a line number records what was acknowledged.

use super::args::Kind;
use super::json::Json;
use super::mapping::Mapping;
use super::source::{Line, Source};
use super::value::Fault;
use crate::Error;

/// One event of a request.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its line.
    pub(super) line: u64,
    /// Its JSON as sent.
    pub(super) json: Box<str>,
}

/// The items of one request, and the counts of the lines up to its last one.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    /// What cannot be sent: lines, and products of lines, each with its line.
    pub(super) faults: Vec<(u64, Fault)>,
    /// Lines read.
    pub(super) lines: u64,
    /// Lines about no product.
    pub(super) skipped: u64,
    /// The last line.
    pub(super) last_line: u64,
    bytes: usize,
}

/// The limits of one request.
#[derive(Debug, Clone, Copy)]
struct Limits {
    items: usize,
    bytes: usize,
}

impl Limits {
    /// The API's limits, minus what surrounds the list.
    fn of(kind: Kind) -> Self {
        const ROOM_BYTES: usize = 64;
        match kind {
            Kind::Interactions => {
                Self { items: contracts::IMPORT_ITEMS_MAX, bytes: contracts::IMPORT_MAX_BYTES - ROOM_BYTES }
            }
            Kind::Orders => Self { items: contracts::ITEMS_MAX, bytes: contracts::BODY_MAX_BYTES - ROOM_BYTES },
        }
    }
}

/// The requests of a file, in its order.
pub(super) struct Batches {
    source: Source,
    mapping: Mapping,
    limits: Limits,
    open: Batch,
}

impl Batches {
    pub(super) fn new(source: Source, mapping: Mapping) -> Self {
        let limits = Limits::of(mapping.kind());
        Self { source, mapping, limits, open: Batch::default() }
    }

    /// Adds a line; returns the previous batch when the line does not fit into it.
    fn add(&mut self, line: Line) -> Option<Batch> {
        let is_csv = self.source.is_csv();
        let read = line.fields.and_then(|fields| self.mapping.read(fields, is_csv));
        let read = read.unwrap_or_else(|fault| vec![Err(fault)]);
        let is_skipped = read.is_empty();
        let mut faults = Vec::new();
        let items = read.into_iter().filter_map(|item| item.map_err(|fault| faults.push(fault)).ok()).collect();
        let items = self.limits.check(line.number, items).unwrap_or_else(|fault| {
            faults.push(fault);
            Vec::new()
        });
        let bytes = size(&items);
        let is_full =
            self.open.items.len() + items.len() > self.limits.items || self.open.bytes + bytes > self.limits.bytes;
        let full = is_full.then(|| std::mem::take(&mut self.open));
        let open = &mut self.open;
        open.skipped += u64::from(is_skipped);
        open.items.extend(items);
        open.faults.extend(faults.into_iter().map(|fault| (line.number, fault)));
        (open.lines, open.last_line, open.bytes) = (open.lines + 1, line.number, open.bytes + bytes);
        full
    }
}

impl Limits {
    fn check(self, line: u64, items: Vec<Json>) -> Result<Vec<Item>, Fault> {
        let items: Vec<_> = items.iter().map(|item| Item { line, json: item.to_string().into() }).collect();
        if items.len() > self.items || size(&items) > self.bytes {
            return Err(Fault::new("payload_too_large", "is more than fits into one request"));
        }
        Ok(items)
    }
}

/// The bytes of items in a list, commas included.
fn size(items: &[Item]) -> usize {
    items.iter().map(|item| item.json.len() + 1).sum()
}

impl Iterator for Batches {
    type Item = Result<Batch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.source.next() {
                Some(Ok(line)) => line,
                Some(Err(error)) => return Some(Err(error)),
                None => return (self.open.lines > 0).then(|| Ok(std::mem::take(&mut self.open))),
            };
            if let Some(batch) = self.add(line) {
                return Some(Ok(batch));
            }
        }
    }
}
