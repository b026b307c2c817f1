//! Reads a time as systems write it: RFC 3339, and the variants of Java, Ruby, Python and databases.

use jiff::Timestamp;

use crate::field;

/// The rule for times, for rejections.
pub(super) const RULE: &str = "must be a time like 2026-11-20T12:00:00Z (seconds and the offset may be missing), or a whole number of \
                               milliseconds since 1970";
/// Fewer milliseconds than this are seconds, or implausible: the year 1973.
const LEAST_MILLIS: i64 = 100_000_000_000;

/// Reads a time; one without an offset is UTC. `None` when it is not a time.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let millis = text.parse().ok().filter(|millis| *millis >= LEAST_MILLIS)?;
        return Timestamp::from_millisecond(millis).ok();
    }
    field::parse_time("timestamp", &normal(text)?).ok()
}

/// Converts a time to the format of RFC 3339, without checking its values: a space for the `T`, seconds that are
/// omitted when 0 (`java.time`), an offset without a colon or minutes, or no offset.
fn normal(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let offset_at = clock.find(['Z', 'z', '+', '-', ' ']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(offset_at);
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    let offset = match offset.trim_start() {
        "" | "Z" | "z" => "Z".to_owned(),
        offset => {
            let digits = offset.get(1..)?.replace(':', "");
            match digits.len() {
                2 => format!("{}{digits}:00", &offset[..1]),
                4 => format!("{}{}:{}", &offset[..1], &digits[..2], &digits[2..]),
                _ => return None,
            }
        }
    };
    Some(format!("{date}T{clock}{offset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_systems_write_them() {
        let noon: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for text in [
            "2026-11-20T12:00:00Z",
            "2026-11-20t12:00:00z",
            "2026-11-20T12:00Z",
            "2026-11-20T12:00",
            "2026-11-20 12:00:00",
            "2026-11-20 12:00:00.000",
            "2026-11-20T17:30:00+0530",
            "2026-11-20T17:30+05:30",
            "2026-11-20 17:30:00 +0530",
            "2026-11-20T13:00:00+01",
            "1795176000000",
        ] {
            assert_eq!(parse(text), Some(noon), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026-11-20",
            "2026-11-20T12",
            "20.11.2026 12:00",
            "2026-11-20T12:00:00[UTC]",
            "2026-11-20T12:00:00+5",
            "2026-11-20T24:00:00Z",
            "2026-02-29T12:00:00Z",
            "1795176000",
            "2026-11-20T12:00:00 UTC",
            "\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
