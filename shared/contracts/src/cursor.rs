//! The cursor of the top list: the last row of a page, so that the next page starts right after it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Micros, ProductId};

/// The first byte of a cursor, which changes with its layout. 1 had a UUID instead of the string, 2 is a cursor of
/// alerts.
const VERSION: u8 = 3;
/// Version and score; the id follows.
const HEAD_BYTES: usize = 1 + 8;

/// A position in the top list. The following rows have a lower score, or the same score and a greater id, in byte
/// order.
///
/// It contains values, not a row number: rows whose score did not change are neither repeated nor missed, whatever
/// moved in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The score of the last row.
    pub score: Micros,
    /// The product of the last row.
    pub id: ProductId,
}

/// The string is not a cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cursor: must be a next_cursor of an earlier response, unchanged")]
pub struct InvalidCursor;

/// What a reader is told whose cursor belongs to a generation that is no longer kept.
pub const CURSOR_EXPIRED: &str =
    "cursor: the list has changed and this version of it is kept for ten minutes only; start again without a cursor";

impl Cursor {
    /// Writes the cursor as an opaque, URL-safe string.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.score.0.to_be_bytes());
        bytes.extend(self.id.as_str().bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// When the string was not written by [`Cursor::encode`].
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let ([VERSION, score @ ..], id) = bytes.split_first_chunk::<HEAD_BYTES>().ok_or(InvalidCursor)? else {
            return Err(InvalidCursor);
        };
        let id = str::from_utf8(id).map_err(|_| InvalidCursor)?;
        let product: ProductId = id.parse().map_err(|_| InvalidCursor)?;
        // Rows have canonical ids, so a cursor with another spelling was not written here.
        let is_ours = product.as_str() == id;
        is_ours.then_some(Self { score: Micros(i64::from_be_bytes(*score)), id: product }).ok_or(InvalidCursor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(score: i64, id in "\\PC{1,128}") {
            let Ok(id) = id.parse() else { return Ok(()) };
            let cursor = Cursor { score: Micros(score), id };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text: String) {
            if let Ok(cursor) = Cursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }

    #[test]
    fn what_no_answer_held_is_refused() {
        let cursor = |version: u8, id: &[u8]| URL_SAFE_NO_PAD.encode([&[version], &[0; 8][..], id].concat());
        assert!(Cursor::decode(&cursor(3, b"1004767")).is_ok());
        for odd in [
            cursor(1, &[7; 16]),
            cursor(2, b"1004767"),
            cursor(3, b""),
            cursor(3, b" 1004767"),
            cursor(3, &[0xff]),
            cursor(3, b"0192E4A0-0000-7000-8000-000000000001"),
            URL_SAFE_NO_PAD.encode([3, 0, 0]),
        ] {
            assert_eq!(Cursor::decode(&odd), Err(InvalidCursor), "{odd}");
        }
    }
}
