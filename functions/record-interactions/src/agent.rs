//! Reduces a `User-Agent` header to what does not distinguish individual clients, and tells known bots from shoppers.
//!
//! The header itself is close to a fingerprint: versions, models, languages, whatever an app writes into it. Only three
//! words from closed lists are kept: the browser family, the operating system, and the device class.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use woothee::parser::Parser;

/// A header is read up to this length; what distinguishes families comes earlier.
const READ_MAX_CHARS: usize = 512;
/// The parser's value for an unknown part.
const NOT_KNOWN: &str = "UNKNOWN";

/// The parser's class of search engines and the like.
const CRAWLER: &str = "crawler";

/// What a header says about the client.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// See [`describe`].
    pub(crate) description: Option<String>,
    /// Whether it is a known crawler, previewer of links, monitor, or program of a developer.
    pub(crate) is_bot: bool,
}

/// The texts by which bots are known; see agent/bots.txt for their source.
struct Bots {
    anywhere: AhoCorasick,
    first: Vec<&'static str>,
}

/// Built with the first header that is read, a millisecond or two, and not while the function starts.
static BOTS: LazyLock<Bots> = LazyLock::new(|| {
    let texts = include_str!("agent/bots.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (first, anywhere): (Vec<_>, Vec<_>) = texts.partition(|text| text.starts_with('^'));
    Bots {
        anywhere: AhoCorasick::new(anywhere)
            .expect("a few thousand short texts are within the limits of the automaton"),
        first: first.into_iter().map(|text| &text[1..]).collect(),
    }
});

/// Reads a header.
///
/// A bot that sends the header of a browser is not recognized; the daily caps bound what it moves.
pub(crate) fn read(header: &str) -> Client {
    let end = header.char_indices().nth(READ_MAX_CHARS).map_or(header.len(), |(end, _)| end);
    let header = &header[..end];
    let description = describe(header);
    let is_crawler = description.as_deref().is_some_and(|text| text.rsplit('/').next() == Some(CRAWLER));
    let is_listed = || BOTS.anywhere.is_match(header) || BOTS.first.iter().any(|text| header.starts_with(text));
    Client { is_bot: is_crawler || is_listed(), description }
}

/// Returns `browser/system/class`, such as `Chrome/Android/smartphone`; `None` when nothing is known about the client.
///
/// Classes are `pc`, `smartphone`, `mobilephone`, `appliance`, `crawler` and `misc`. Unknown parts are `UNKNOWN`.
fn describe(header: &str) -> Option<String> {
    let agent = Parser::new().parse(header)?;
    let words = [agent.name, agent.os, agent.category];
    words.iter().any(|word| *word != NOT_KNOWN).then(|| words.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(read(header).description.as_deref(), Some(expected), "{header}");
        }
    }

    #[test]
    fn crawlers_previewers_monitors_and_programs_are_bots() {
        let bots = [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "WhatsApp/2.23.20.0",
            "Twitterbot/1.0",
            "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
            "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "curl/8.4.0",
            "python-requests/2.31.0",
            "Go-http-client/1.1",
        ];
        for header in bots {
            assert!(read(header).is_bot, "{header}");
        }
    }

    #[test]
    fn browsers_and_apps_are_no_bots() {
        let shoppers = [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.91 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/460.0.0.30]",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 300.0.0.12",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0",
            "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP3A.240617.008) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 11; M2007J22C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/92.0.4515.131 Mobile Safari/537.36 SogouMobileBrowser/5.34.38",
            "Shop/7.1 CFNetwork/1410.0.3 Darwin/22.6.0",
            "okhttp/4.12.0",
            "Dart/3.2 (dart:io)",
            "",
        ];
        for header in shoppers {
            assert!(!read(header).is_bot, "{header}");
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
            let kept = read(&header).description.unwrap_or_default();
            assert!(!kept.contains("7391") && kept.len() < 64, "{header} became {kept}");
        }
    }
}
