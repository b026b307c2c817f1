//! The cursor of recommendations: what the pages before have shown.
//!
//! The order changes with every event, so a cursor cannot say where a page ended; it says which products were shown, by a mark
//! of eight bytes each. Ids would not fit: a gateway takes 10 kB of request line and headers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ProductId;
use domain::recommendation::Placement;
use sha2::{Digest, Sha256};

use crate::InvalidCursor;

/// The most products that the pages of one request show.
pub const SHOWN_MAX: usize = 500;
/// The first byte of a cursor of recommendations, so that a cursor of another list is rejected.
const KIND: u8 = 5;
const DIGEST_BYTES: usize = 8;
const MARK_BYTES: usize = 8;

/// What a request asks for, as far as its pages have to agree.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The placement.
    pub placement: Placement,
    /// The products given. Whose history it is, is not part of it.
    pub products: &'a [ProductId],
    /// The only category.
    pub category_id: Option<&'a str>,
}

impl Asked<'_> {
    /// Returns a digest of it.
    pub(crate) fn digest(self) -> [u8; DIGEST_BYTES] {
        let mut hash = Sha256::new();
        let products = self.products.iter().map(ProductId::as_str);
        for part in [self.placement.as_str(), self.category_id.unwrap_or_default()].into_iter().chain(products) {
            // No id holds a control character.
            hash.update(part);
            hash.update([0]);
        }
        *hash.finalize().first_chunk().expect("a digest has 32 bytes")
    }
}

/// What the pages before have shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecommendationCursor {
    /// Which request it belongs to.
    pub(crate) asked: [u8; DIGEST_BYTES],
    /// The marks of the products shown.
    pub(crate) shown: Vec<i64>,
}

impl RecommendationCursor {
    /// Makes the cursor behind the products shown; `None` when they are as many as a cursor can hold.
    #[must_use]
    pub fn behind(asked: Asked<'_>, shown: Vec<i64>) -> Option<Self> {
        (1..=SHOWN_MAX).contains(&shown.len()).then(|| Self { asked: asked.digest(), shown })
    }

    /// Writes the cursor as an opaque, URL-safe string.
    #[must_use]
    pub fn encode(&self) -> String {
        let marks = self.shown.iter().flat_map(|mark| mark.to_be_bytes());
        URL_SAFE_NO_PAD.encode([KIND].into_iter().chain(self.asked).chain(marks).collect::<Vec<_>>())
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// When the string was not written by [`RecommendationCursor::encode`].
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let ([KIND, asked @ ..], marks) = bytes.split_first_chunk::<{ 1 + DIGEST_BYTES }>().ok_or(InvalidCursor)?
        else {
            return Err(InvalidCursor);
        };
        let (marks, []) = marks.as_chunks::<MARK_BYTES>() else { return Err(InvalidCursor) };
        let is_ours = (1..=SHOWN_MAX).contains(&marks.len());
        let shown = marks.iter().copied().map(i64::from_be_bytes).collect();
        is_ours.then_some(Self { asked: *asked, shown }).ok_or(InvalidCursor)
    }
}
