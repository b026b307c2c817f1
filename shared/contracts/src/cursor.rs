//! The cursor of the top list: the last row of a page, so that the next page starts right behind it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Micros;
use uuid::Uuid;

/// The first byte of a cursor; raised when its layout changes.
const VERSION: u8 = 1;
/// Version, score, id.
const BYTES: usize = 1 + 8 + 16;

/// A position in the top list. Rows behind it have a lower score, or the same score and a greater id.
///
/// It names values, not a row number: rows whose score did not change are neither repeated nor missed,
/// whatever moved in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The score of the last row.
    pub score: Micros,
    /// The product of the last row.
    pub id: Uuid,
}

/// The text is not a cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cursor: must be a next_cursor of an earlier answer, unchanged")]
pub struct InvalidCursor;

impl Cursor {
    /// Writes the cursor as opaque, URL-safe text.
    #[must_use]
    pub fn encode(self) -> String {
        let mut bytes = [VERSION; BYTES];
        bytes[1..9].copy_from_slice(&self.score.0.to_be_bytes());
        bytes[9..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// When the text was not written by [`Cursor::encode`].
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (Some(&VERSION), BYTES) = (bytes.first(), bytes.len()) else { return Err(InvalidCursor) };
        let score = i64::from_be_bytes(bytes[1..9].try_into().map_err(|_| InvalidCursor)?);
        let id = Uuid::from_slice(&bytes[9..]).map_err(|_| InvalidCursor)?;
        Ok(Self { score: Micros(score), id })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(score: i64, id: u128) {
            let cursor = Cursor { score: Micros(score), id: Uuid::from_u128(id) };
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
    fn a_cursor_of_another_version_is_refused() {
        let mut bytes = [0; BYTES];
        bytes[0] = 2;
        assert_eq!(Cursor::decode(&URL_SAFE_NO_PAD.encode(bytes)), Err(InvalidCursor));
    }
}
