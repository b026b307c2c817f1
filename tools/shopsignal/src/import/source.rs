//! The lines of a file: CSV or JSON, compressed or not.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;

use super::json::{Json, Object};
use super::value::Fault;
use crate::Error;

/// Files are read in chunks of this size.
const BUFFER_BYTES: usize = 256 * 1024;

/// Cells without a value: databases and data frames write one of them.
const NO_VALUE: [&str; 4] = ["", "NULL", "null", r"\N"];

/// One line, or one CSV record, which may span several lines.
#[derive(Debug)]
pub(super) struct Line {
    /// Its first line, from 1.
    pub(super) number: u64,
    /// Its fields. Those of CSV are strings; one without a value is absent.
    pub(super) fields: Result<Object, Fault>,
}

/// A file being read.
pub(super) struct Source {
    path: PathBuf,
    reader: Reader,
    /// Lines up to this one are skipped.
    skipped: u64,
}

type Bytes = BufReader<Box<dyn Read>>;

enum Reader {
    Json { bytes: Bytes, number: u64 },
    Csv { records: Box<csv::Reader<Bytes>>, headers: Vec<String> },
}

impl Source {
    /// Opens a file by its extension. The bar counts its bytes as they are read.
    pub(super) fn open(path: &Path, bar: &ProgressBar) -> Result<Self, Error> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let (format, packed) = format(path)?;
        let file = bar.wrap_read(File::open(path).map_err(failed)?);
        // Parallel compressors write several concatenated members.
        let plain: Box<dyn Read> =
            if packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) };
        let bytes = BufReader::with_capacity(BUFFER_BYTES, plain);
        let reader = match format {
            Format::Json => Reader::Json { bytes, number: 0 },
            Format::Csv { delimiter } => {
                // A record of another length is an error of that line, not of the file.
                let mut records = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
                let headers = records.byte_headers().map_err(|error| failed(error.into()))?;
                let headers = headers.iter().map(|header| String::from_utf8_lossy(header).trim().to_owned()).collect();
                let headers = without_mark(headers);
                check_names(path, &headers)?;
                Reader::Csv { records: Box::new(records), headers }
            }
        };
        Ok(Self { path: path.to_owned(), reader, skipped: 0 })
    }

    /// Skips everything up to this line.
    pub(super) fn skip_to(&mut self, line: u64) {
        self.skipped = line;
    }

    /// Says whether all fields of lines are strings.
    pub(super) fn is_csv(&self) -> bool {
        self.headers().is_some()
    }

    /// Returns the names of the columns of CSV.
    pub(super) fn headers(&self) -> Option<&[String]> {
        match &self.reader {
            Reader::Csv { headers, .. } => Some(headers),
            Reader::Json { .. } => None,
        }
    }
}

impl Iterator for Source {
    type Item = Result<Line, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let failed = |source| Error::Read { path: self.path.clone(), source };
        match &mut self.reader {
            Reader::Json { bytes, number } => next_json(bytes, number, self.skipped).map_err(failed).transpose(),
            Reader::Csv { records, headers } => {
                next_record(records, headers, self.skipped).map_err(|error| failed(error.into())).transpose()
            }
        }
    }
}

fn next_json(bytes: &mut Bytes, number: &mut u64, skipped: u64) -> std::io::Result<Option<Line>> {
    let mut text = Vec::new();
    loop {
        text.clear();
        if bytes.read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        *number += 1;
        if *number > skipped && !text.trim_ascii().is_empty() {
            return Ok(Some(Line { number: *number, fields: object(text.trim_ascii_end()) }));
        }
    }
}

fn object(text: &[u8]) -> Result<Object, Fault> {
    match Json::read(text)? {
        Json::Object(fields) => Ok(fields),
        _ => Err(Fault::new("malformed", "a line must be a JSON object")),
    }
}

fn next_record(records: &mut csv::Reader<Bytes>, headers: &[String], skipped: u64) -> Result<Option<Line>, csv::Error> {
    let mut record = csv::ByteRecord::new();
    while records.read_byte_record(&mut record)? {
        let number = record.position().map_or(0, csv::Position::line);
        if number > skipped {
            return Ok(Some(Line { number, fields: fields(&record, headers) }));
        }
    }
    Ok(None)
}

fn fields(record: &csv::ByteRecord, headers: &[String]) -> Result<Object, Fault> {
    if record.len() != headers.len() {
        let message = format!("has {} columns, the header has {}", record.len(), headers.len());
        return Err(Fault::new("wrong_columns", message));
    }
    let mut fields = Object::new();
    for (name, cell) in headers.iter().zip(record) {
        let cell =
            std::str::from_utf8(cell).map_err(|_| Fault::new("invalid_text", format!("{name}: must be UTF-8")))?.trim();
        if !NO_VALUE.contains(&cell) {
            fields.insert(name.clone(), cell.into());
        }
    }
    Ok(fields)
}

/// Rejects a header that names a column twice: nothing says which of the two counts. Columns without a name are not read.
fn check_names(path: &Path, headers: &[String]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    match headers.iter().find(|name| !name.is_empty() && !seen.insert(*name)) {
        Some(name) => Err(Error::Usage(format!("{} has the column {name:?} twice", path.display()))),
        None => Ok(()),
    }
}

/// Removes the byte order mark that spreadsheets write before the first name.
fn without_mark(mut headers: Vec<String>) -> Vec<String> {
    if let Some(first) = headers.first_mut() {
        *first = first.trim_start_matches('\u{feff}').to_owned();
    }
    headers
}

enum Format {
    Json,
    Csv { delimiter: u8 },
}

/// Derives from the name the format, and whether the file is compressed.
fn format(path: &Path) -> Result<(Format, bool), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let (name, packed) = name.strip_suffix(".gz").map_or((name.as_str(), false), |name| (name, true));
    match name.rsplit_once('.') {
        Some((_, "csv")) => Ok((Format::Csv { delimiter: b',' }, packed)),
        Some((_, "tsv")) => Ok((Format::Csv { delimiter: b'\t' }, packed)),
        Some((_, "json" | "ndjson" | "jsonl")) => Ok((Format::Json, packed)),
        _ => {
            let shown = path.display();
            Err(Error::Usage(format!("{shown} must end in .csv, .tsv, .json, .ndjson or .jsonl, each also with .gz")))
        }
    }
}
