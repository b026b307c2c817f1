//! Times as strings that sort chronologically.

use jiff::Timestamp;

/// Writes a time as RFC 3339 in UTC with exactly six decimals, the precision of the database.
///
/// The fixed width makes strings sort by time: if zero decimals were omitted, `10:00:00Z` would sort after
/// `10:00:00.5Z`.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    format!("{at:.6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_sort_like_the_times() {
        let times = ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00.5Z", "2026-11-20T10:00:01Z"];
        let texts: Vec<String> = times.iter().map(|text| rfc3339(text.parse().unwrap())).collect();
        assert_eq!(texts[0], "2026-11-20T10:00:00.000000Z");
        assert!(texts.is_sorted(), "{texts:?}");
    }
}
