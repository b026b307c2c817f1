//! Parses the body of a request that contains a list: an error of the request as a whole is a [`RequestError`].
//!
//! The items of the list stay raw, so that an error in one affects no other.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::CART_MAX;
use crate::rejection::shorten;

/// The largest body, in bytes (256 KiB).
pub const BODY_MAX_BYTES: usize = 256 * 1024;
/// The most items of one request.
pub const ITEMS_MAX: usize = 100;
/// The largest body of an import, in bytes (1 MiB).
pub const IMPORT_MAX_BYTES: usize = 1024 * 1024;
/// The most items of one import. They are stored and scored in one transaction, which stays short.
pub const IMPORT_ITEMS_MAX: usize = 1_000;

/// The limits of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    bytes: usize,
    items: usize,
}

impl Limits {
    /// Live events of shoppers and producers.
    pub(crate) const LIVE: Self = Self { bytes: BODY_MAX_BYTES, items: ITEMS_MAX };
    /// The cart of a shopper.
    pub(crate) const CART: Self = Self { bytes: BODY_MAX_BYTES, items: CART_MAX };
    /// History that a service of the shop imports.
    pub(crate) const IMPORT: Self = Self { bytes: IMPORT_MAX_BYTES, items: IMPORT_ITEMS_MAX };
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// An error that makes the whole request unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is larger than allowed.
    #[error("body: must have at most {limit} bytes, has {bytes}")]
    TooLarge {
        /// The actual size.
        bytes: usize,
        /// The maximum.
        limit: usize,
    },
    /// The decoded body is larger than allowed; decoding stopped at the limit.
    #[error("body: must have at most {limit} bytes after decoding")]
    TooLargeDecoded {
        /// The maximum.
        limit: usize,
    },
    /// The body has an unsupported encoding.
    #[error("content-encoding: must be gzip, or be left out")]
    UnknownEncoding,
    /// The body does not match its `content-encoding`. A gateway that hands on bodies of a text type as text has
    /// destroyed it.
    #[error("body: is not valid gzip ({reason}); a compressed body needs content-type: application/gzip")]
    NotGzip {
        /// The error.
        reason: String,
    },
    /// The body is not JSON.
    #[error("body: is not valid JSON ({reason})")]
    NotJson {
        /// What and where, by line and column.
        reason: String,
    },
    /// The body is JSON, but not in the expected format.
    #[error("body: {reason}")]
    WrongShape {
        /// The error.
        reason: String,
    },
    /// Too few or too many items.
    #[error("{list}: must have 1 to {limit} items, has {items}")]
    WrongCount {
        /// The name of the list.
        list: &'static str,
        /// The actual number.
        items: usize,
        /// The maximum.
        limit: usize,
    },
    /// The body as a whole names another account than the token's. A service of the shop has no account.
    #[error(
        "account_id: must be the account of the token, or be left out; a service of the shop names it in each item"
    )]
    ForeignAccount,
}

impl RequestError {
    /// Returns the HTTP status and the code, which are the same on every route.
    #[must_use]
    pub fn answer(&self) -> (u16, &'static str) {
        match self {
            Self::TooLarge { .. } | Self::TooLargeDecoded { .. } => (413, "payload_too_large"),
            Self::ForeignAccount => (403, "foreign_account"),
            Self::UnknownEncoding => (415, "unsupported_encoding"),
            Self::NotGzip { .. } | Self::NotJson { .. } | Self::WrongShape { .. } | Self::WrongCount { .. } => {
                (400, "validation")
            }
        }
    }
}

/// Decodes a body according to its `content-encoding`: gzip (RFC 1952), or none. At most `max_bytes` are decoded,
/// however small the compressed body is.
///
/// # Errors
/// [`RequestError::UnknownEncoding`], [`RequestError::NotGzip`] and [`RequestError::TooLargeDecoded`].
pub fn decode_body<'a>(
    body: &'a [u8],
    content_encoding: Option<&str>,
    max_bytes: usize,
) -> Result<Cow<'a, [u8]>, RequestError> {
    // RFC 9110, section 8.4.1: names are case-insensitive, and x-gzip is gzip.
    match content_encoding.map(str::to_ascii_lowercase).as_deref().map(str::trim) {
        None | Some("" | "identity") => Ok(Cow::Borrowed(body)),
        Some("gzip" | "x-gzip") => {
            let mut decoded = Vec::new();
            let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
            let read = MultiGzDecoder::new(body).take(limit.saturating_add(1)).read_to_end(&mut decoded);
            let bytes = read.map_err(|error| RequestError::NotGzip { reason: error.to_string() })?;
            if bytes > max_bytes {
                Err(RequestError::TooLargeDecoded { limit: max_bytes })
            } else {
                Ok(Cow::Owned(decoded))
            }
        }
        Some(_) => Err(RequestError::UnknownEncoding),
    }
}

/// Reads the body as a JSON object. A leading byte order mark is skipped, as RFC 8259, section 8.1, allows.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8], limits: Limits) -> Result<T, RequestError> {
    if body.len() > limits.bytes {
        return Err(RequestError::TooLarge { bytes: body.len(), limit: limits.bytes });
    }
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    // serde would also read a struct from an array, and would call the struct by its Rust name.
    if body.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(RequestError::WrongShape { reason: "must be a JSON object".to_owned() });
    }
    serde_json::from_slice(body).map_err(|error| {
        let reason = shorten(error.to_string());
        match error.classify() {
            serde_json::error::Category::Data => RequestError::WrongShape { reason },
            _ => RequestError::NotJson { reason },
        }
    })
}

/// Splits a list into its items.
pub(crate) fn items<'a>(
    list: &'static str,
    raw: &'a RawValue,
    limits: Limits,
) -> Result<Vec<&'a RawValue>, RequestError> {
    let items: Vec<&RawValue> = serde_json::from_str(raw.get())
        .map_err(|_| RequestError::WrongShape { reason: format!("{list}: must be an array") })?;
    if items.is_empty() || items.len() > limits.items {
        return Err(RequestError::WrongCount { list, items: items.len(), limit: limits.items });
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_is_decoded_as_its_header_says() {
        let (plain, packed) = (b"{\"a\":1}", gzip(b"{\"a\":1}"));
        for encoding in [None, Some(""), Some("identity")] {
            assert_eq!(decode_body(plain, encoding, BODY_MAX_BYTES).unwrap(), &plain[..]);
        }
        for encoding in ["gzip", "GZIP", " x-gzip "] {
            assert_eq!(decode_body(&packed, Some(encoding), BODY_MAX_BYTES).unwrap(), &plain[..], "{encoding}");
        }
        // Two concatenated members are one text (RFC 1952, section 2.2).
        assert_eq!(
            decode_body(&[gzip(b"{\"a\""), gzip(b":1}")].concat(), Some("gzip"), BODY_MAX_BYTES).unwrap(),
            &plain[..]
        );
        for encoding in ["br", "deflate", "zstd", "gzip, gzip"] {
            assert_eq!(
                decode_body(&packed, Some(encoding), BODY_MAX_BYTES),
                Err(RequestError::UnknownEncoding),
                "{encoding}"
            );
        }
    }

    #[test]
    fn what_is_no_gzip_is_refused_and_a_small_body_cannot_become_a_large_one() {
        let packed = gzip(b"{\"a\":1}");
        for broken in [&b"{}"[..], &packed[..packed.len() - 1], &[&packed[..], b"x"].concat()] {
            assert!(
                matches!(decode_body(broken, Some("gzip"), BODY_MAX_BYTES), Err(RequestError::NotGzip { .. })),
                "{broken:?}"
            );
        }
        assert_eq!(
            decode_body(&gzip(&[b' '; BODY_MAX_BYTES]), Some("gzip"), BODY_MAX_BYTES).unwrap().len(),
            BODY_MAX_BYTES
        );
        let bomb = gzip(&vec![b' '; 50 * 1024 * 1024]);
        assert!(bomb.len() < BODY_MAX_BYTES);
        let refused = decode_body(&bomb, Some("gzip"), BODY_MAX_BYTES);
        assert_eq!(refused, Err(RequestError::TooLargeDecoded { limit: BODY_MAX_BYTES }));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let with_mark = [BYTE_ORDER_MARK, b"{\"a\":1}"].concat();
        assert_eq!(object::<serde_json::Value>(&with_mark, Limits::LIVE), Ok(serde_json::json!({ "a": 1 })));
    }
}
