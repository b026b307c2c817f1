//! The query of the top list.

use crate::{Cursor, InvalidCursor};

/// Rows of a page when the query does not say.
pub const LIMIT_DEFAULT: u32 = 10;
/// The most rows of a page.
pub const LIMIT_MAX: u32 = 100;
/// How deep page numbers reach, in rows: a numbered page costs its depth, and anybody may ask for it without a token. A
/// cursor costs the same at any depth.
pub const PAGED_ROWS_MAX: u32 = 1_000;

/// Where a page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// By number, from 1.
    Page(u32),
    /// Right behind an earlier page.
    After(Cursor),
}

/// A checked query of the top list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopQuery {
    /// Rows of a page.
    pub limit: u32,
    /// Where it starts.
    pub position: Position,
}

/// Why a query is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopQuery {
    /// Not a number in range.
    #[error("limit: must be a whole number from 1 to {LIMIT_MAX}")]
    Limit,
    /// Not a number in range.
    #[error("page: must be a whole number from 1")]
    Page,
    /// Deeper than page numbers reach.
    #[error("page: page x limit must be at most {PAGED_ROWS_MAX}; to read further, follow next_cursor with cursor")]
    TooDeep,
    /// Not a cursor.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// Two ways to say where the page starts.
    #[error("cursor: must not be given together with page")]
    PageAndCursor,
    /// The same parameter more than once.
    #[error("{0}: must be given once")]
    Repeated(&'static str),
}

impl TopQuery {
    /// Reads decoded query parameters. Parameters that it does not know are left alone.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidTopQuery> {
        let (mut limit, mut page, mut cursor) = (None, None, None);
        for (name, value) in parameters {
            let (slot, name) = match name {
                "limit" => (&mut limit, "limit"),
                "page" => (&mut page, "page"),
                "cursor" => (&mut cursor, "cursor"),
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(InvalidTopQuery::Repeated(name));
            }
        }
        let limit = number(limit, LIMIT_DEFAULT).filter(|n| *n <= LIMIT_MAX).ok_or(InvalidTopQuery::Limit)?;
        let position = match (page, cursor) {
            (Some(_), Some(_)) => return Err(InvalidTopQuery::PageAndCursor),
            (None, Some(text)) => Position::After(Cursor::decode(text)?),
            (page, None) => Position::Page(number(page, 1).ok_or(InvalidTopQuery::Page)?),
        };
        match position {
            Position::Page(page) if page.saturating_mul(limit) > PAGED_ROWS_MAX => Err(InvalidTopQuery::TooDeep),
            _ => Ok(Self { limit, position }),
        }
    }
}

/// Reads a whole number from 1. Signs are refused: `+1` in a query is a misread space.
fn number(text: Option<&str>, default: u32) -> Option<u32> {
    let Some(text) = text else { return Some(default) };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| digits && *n >= 1)
}

#[cfg(test)]
mod tests {
    use domain::Micros;

    use super::*;

    fn read(query: &[(&str, &str)]) -> Result<TopQuery, InvalidTopQuery> {
        TopQuery::read(query.iter().copied())
    }

    #[test]
    fn an_empty_query_is_the_first_ten() {
        assert_eq!(read(&[]), Ok(TopQuery { limit: 10, position: Position::Page(1) }));
        assert_eq!(read(&[("utm_source", "mail")]), read(&[]));
    }

    #[test]
    fn a_cursor_sets_the_position() {
        let cursor = Cursor { score: Micros(-5), id: "gid://shop/3".parse().unwrap() };
        let query = read(&[("cursor", &cursor.encode()), ("limit", "100")]);
        assert_eq!(query, Ok(TopQuery { limit: 100, position: Position::After(cursor) }));
    }

    #[test]
    fn odd_values_are_refused_by_name() {
        for bad in ["0", "101", "-1", "+1", "1.0", "", "a", "99999999999"] {
            assert_eq!(read(&[("limit", bad)]), Err(InvalidTopQuery::Limit), "{bad}");
        }
        for bad in ["0", "-1", "x", ""] {
            assert_eq!(read(&[("page", bad)]), Err(InvalidTopQuery::Page), "{bad}");
        }
        assert_eq!(read(&[("page", "101"), ("limit", "10")]), Err(InvalidTopQuery::TooDeep));
        assert!(read(&[("page", "10"), ("limit", "100")]).is_ok());
        assert_eq!(read(&[("cursor", "x")]), Err(InvalidTopQuery::Cursor(InvalidCursor)));
        assert_eq!(read(&[("page", "1"), ("cursor", "x")]), Err(InvalidTopQuery::PageAndCursor));
        assert_eq!(read(&[("page", "1"), ("page", "2")]), Err(InvalidTopQuery::Repeated("page")));
    }
}
