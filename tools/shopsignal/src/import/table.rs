//! Rows of a CSV file by the names of its columns, for other subcommands that read one.

use std::path::Path;

use indicatif::ProgressBar;

use super::source::{Line, Source};
use super::value::{Fault, required};
use crate::Error;

/// Reads these columns of each row; each has several names, of which the header must have one. A row that cannot be read
/// is an error with its line.
pub(crate) fn read<const N: usize, T>(
    path: &Path,
    columns: [&[&str]; N],
    row: impl Fn([&str; N]) -> Result<T, String>,
) -> Result<Vec<T>, Error> {
    let source = Source::open(path, &ProgressBar::hidden())?;
    let columns =
        find(source.headers(), columns).map_err(|problem| Error::Usage(format!("{}{problem}", path.display())))?;
    let read = |line: Line| {
        let number = line.number;
        let read = line.fields.and_then(|fields| {
            let mut cells = [""; N];
            for (cell, column) in cells.iter_mut().zip(&columns) {
                *cell = required(&fields, column)?;
            }
            row(cells).map_err(|problem| Fault::new("invalid_text", problem))
        });
        read.map_err(|fault| Error::Usage(format!("{}, line {number}: {}", path.display(), fault.message)))
    };
    source.map(|line| line.and_then(read)).collect()
}

/// Finds the name that each column has in the header.
fn find<const N: usize>(headers: Option<&[String]>, columns: [&[&str]; N]) -> Result<[String; N], String> {
    let headers = headers.ok_or(" must end in .csv or .tsv, each also with .gz")?;
    let found = columns.map(|names| headers.iter().find(|header| names.contains(&header.as_str())));
    let missing = columns.iter().zip(&found).filter(|(_, found)| found.is_none());
    let missing: Vec<_> = missing.filter_map(|(names, _)| names.first().copied()).collect();
    if missing.is_empty() {
        return Ok(found.map(|found| found.cloned().unwrap_or_default()));
    }
    Err(format!(" has no column {}; the columns of its header are {}", missing.join(", "), headers.join(", ")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_found_by_name_and_what_is_missing_is_named() {
        let find = |header: &str| {
            let headers: Vec<_> = header.split(',').map(str::to_owned).collect();
            super::find(Some(&headers), [&["session", "SessionId"], &["item"]])
        };
        assert_eq!(find("session,item"), Ok(["session", "item"].map(str::to_owned)));
        assert_eq!(find("item,time,SessionId"), Ok(["SessionId", "item"].map(str::to_owned)));
        let refused = |header: &str, missing: &str| {
            let columns = header.replace(',', ", ");
            assert_eq!(find(header), Err(format!(" has no column {missing}; the columns of its header are {columns}")));
        };
        refused("session,Item", "item");
        refused("1,i", "session, item");
        refused("", "session, item");
        assert!(super::find(None, [&["a"]]).unwrap_err().contains(".csv"));
    }
}
