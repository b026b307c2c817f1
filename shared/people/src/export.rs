//! Everything that the system stores about a person, as one JSON document, streamed.

use std::io::Write;
use std::time::Instant;

use domain::{Identities, Named};
use jiff::Timestamp;
use serde_json::json;
use store::Transaction;
use store::person::{self, Resolved};
use store::person_export::{PLACES, list_page};

use crate::{FeedCatalog, PeopleError, Places};

/// The version of the document. A reader of another version must not guess.
const VERSION: u32 = 1;

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// The result of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Export {
    /// Rows, items and messages.
    pub records: usize,
}

/// How large an export may be, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Its maximum size in bytes.
    pub bytes: usize,
    /// No further dead letters are received after this time.
    pub deadline: Instant,
}

/// Writes everything that is stored about a person. The rows of the database are from one snapshot.
///
/// # Errors
/// See [`PeopleError`]; then the output is not a valid JSON document.
pub async fn export(
    places: &Places,
    named: &Named,
    now: Timestamp,
    out: &mut (dyn Write + Send),
) -> Result<Export, PeopleError> {
    write(places, (named, now), None, out).await
}

async fn write(
    places: &Places,
    (named, now): (&Named, Timestamp),
    deadline: Option<Instant>,
    out: &mut (dyn Write + Send),
) -> Result<Export, PeopleError> {
    let mut transaction = places.database.begin_snapshot().await?;
    let Resolved { identities, shared, .. } = person::resolve(&mut transaction, named).await?;
    let person = json!({
        "named_by": named.by(), "accounts": identities.accounts, "customers": identities.customers,
        "sessions": identities.sessions, "shared": shared,
    });
    write!(out, "{{\"version\":{VERSION},\"date_created\":{},\"person\":{person}", json!(now))?;
    let mut records = 0;
    for place in PLACES {
        records += export_rows(&mut transaction, &identities, place, out).await?;
    }
    transaction.commit().await?;
    if let Some(catalog) = &places.feed {
        records += export_feed(catalog, &identities, out).await?;
    }
    if let Some(letters) = &places.letters {
        let mut list = List::begin(out, "dead_letters")?;
        let bodies = letters.list(&identities, deadline).await?;
        bodies.iter().try_for_each(|body| list.add(out, &json!(body).to_string()))?;
        records += list.end(out)?;
    }
    out.write_all(b"}\n")?;
    Ok(Export { records })
}

async fn export_rows(
    transaction: &mut Transaction<'_>,
    identities: &Identities,
    place: &str,
    out: &mut (dyn Write + Send),
) -> Result<usize, PeopleError> {
    let mut list = List::begin(out, place)?;
    let mut after = String::new();
    loop {
        let page = list_page(transaction, identities, (place, &after), PAGE).await?;
        page.iter().try_for_each(|row| list.add(out, row.content.get()))?;
        match page.into_iter().last() {
            Some(last) if list.length % usize::try_from(PAGE).unwrap_or(1) == 0 => after = last.position,
            _ => return list.end(out),
        }
    }
}

async fn export_feed(
    catalog: &FeedCatalog,
    identities: &Identities,
    out: &mut (dyn Write + Send),
) -> Result<usize, PeopleError> {
    let mut list = List::begin(out, "feed")?;
    for partition in FeedCatalog::partitions(identities) {
        let mut from = None;
        loop {
            let page = catalog.list(&partition, from).await?;
            page.items.iter().try_for_each(|item| list.add(out, &item.to_json().to_string()))?;
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    list.end(out)
}

/// Returns everything that is stored about a person, if it fits.
///
/// # Errors
/// [`PeopleError::TooLarge`] when it does not fit, [`PeopleError::LettersLeft`] when there are too many dead letters for
/// the time; otherwise those of [`export`].
pub async fn export_within(
    places: &Places,
    named: &Named,
    now: Timestamp,
    bounds: Bounds,
) -> Result<String, PeopleError> {
    let mut bounded = Bounded { written: Vec::new(), limit: bounds.bytes };
    match write(places, (named, now), Some(bounds.deadline), &mut bounded).await {
        Err(PeopleError::Write(_)) => Err(PeopleError::TooLarge { limit: bounds.bytes }),
        Err(error) => Err(error),
        Ok(_) => String::from_utf8(bounded.written).map_err(|error| PeopleError::Write(std::io::Error::other(error))),
    }
}

/// A buffer with a maximum size.
struct Bounded {
    written: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.written.len() + bytes.len() > self.limit {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A list being written.
struct List {
    length: usize,
}

impl List {
    fn begin(out: &mut (dyn Write + Send), name: &str) -> Result<Self, PeopleError> {
        write!(out, ",\n\"{name}\":[")?;
        Ok(Self { length: 0 })
    }

    fn add(&mut self, out: &mut (dyn Write + Send), json: &str) -> Result<(), PeopleError> {
        out.write_all(if self.length == 0 { b"\n" } else { b",\n" })?;
        out.write_all(json.as_bytes())?;
        self.length += 1;
        Ok(())
    }

    fn end(self, out: &mut (dyn Write + Send)) -> Result<usize, PeopleError> {
        out.write_all(b"]")?;
        Ok(self.length)
    }
}
