//! Reduces a `User-Agent` header to what does not distinguish individual clients.
//!
//! The header itself is close to a fingerprint: versions, models, languages, whatever an app writes into it. Only three
//! words from closed lists are kept: the browser family, the operating system, and the device class.

use woothee::parser::Parser;

/// A header is read up to this length; what distinguishes families comes earlier.
const READ_MAX_CHARS: usize = 512;
/// The parser's value for an unknown part.
const NOT_KNOWN: &str = "UNKNOWN";

/// Returns `browser/system/class`, such as `Chrome/Android/smartphone`; `None` when nothing is known about the client.
///
/// Classes are `pc`, `smartphone`, `mobilephone`, `appliance`, `crawler` and `misc`. Unknown parts are `UNKNOWN`.
pub(crate) fn describe(header: &str) -> Option<String> {
    let end = header.char_indices().nth(READ_MAX_CHARS).map_or(header.len(), |(end, _)| end);
    let agent = Parser::new().parse(&header[..end])?;
    let words = [agent.name, agent.os, agent.category];
    words.iter().any(|word| *word != NOT_KNOWN).then(|| words.join("/"))
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn a_header_becomes_family_system_and_class() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome/Windows 10/pc",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Chrome/Android/smartphone",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
                "Safari/iPhone/smartphone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0",
                "Firefox/Mac OSX/pc",
            ),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot/UNKNOWN/crawler"),
        ];
        for (header, expected) in cases {
            assert_eq!(describe(header).as_deref(), Some(expected), "{header}");
        }
    }

    #[test]
    fn nothing_that_a_client_wrote_itself_is_kept() {
        let canary = "cAnAry-7391";
        let written = [
            format!(
                "Mozilla/5.0 (Windows NT 10.0; {canary}) AppleWebKit/537.36 Chrome/{canary} Safari/{canary} {canary}"
            ),
            format!("Shop/7.1 ({canary}; Android 14; {canary})"),
            format!("{canary}bot/1.0 (+{canary}@example.com)"),
            format!("DoCoMo/2.0 {canary}(c100)"),
            format!("KDDI-{canary} UP.Browser/6.2"),
            format!("Mozilla/4.0 (compatible; MSIE 6.0; {canary}) Opera {canary}"),
            canary.to_owned(),
            String::new(),
            "ü".repeat(2_000),
        ];
        for header in written {
            let kept = describe(&header).unwrap_or_default();
            assert!(!kept.contains("7391") && kept.len() < 64, "{header} became {kept}");
        }
    }
}
