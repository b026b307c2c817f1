//! Detects strings that look like an email address or a payment card number, wherever they occur.
//!
//! Nothing here knows what a string is for. It errs on the side of hiding: a false positive is hidden as well, always
//! in the same way, so that figures grouped by it stay correct.

use std::borrow::Cow;

use domain::ShopEvent;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// The replacement for a hidden string that is not an id. Not longer than the shortest string that it hides.
pub const HIDDEN: &str = "******";
/// The prefix of a hidden id, followed by its keyed hash.
pub const HASHED_PREFIX: &str = "hashed:";

/// What a field is told that is rejected instead of being hidden.
pub const RULE: &str = "must not hold an email address, or what looks like a card number (14 to 19 digits)";

/// The length of a card number. Visa once had 13 digits, as every EAN has; those are left alone.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 14..=19;

/// Counts the hidden strings in JSON that we wrote.
#[must_use]
pub fn count_hidden(json: &str) -> usize {
    json.matches("\"******\"").count() + json.matches("\"hashed:").count()
}

/// Returns a string for storage: without control characters, and [`HIDDEN`] when it looks personal.
#[must_use]
pub fn without_personal(text: &str) -> String {
    if is_personal(text) { HIDDEN.to_owned() } else { text.chars().filter(|c| !c.is_control()).collect() }
}

/// Counts the hidden strings of an event.
#[must_use]
pub fn count_hidden_in(event: &ShopEvent) -> usize {
    count_hidden(&serde_json::to_string(event).expect("times, ids and amounts always serialize"))
}

/// Says whether a string contains an email address or a card number.
#[must_use]
pub fn is_personal(text: &str) -> bool {
    // One UUID in forty thousand has the digits of a card number in its first three groups.
    let is_uuid = text.len() == Hyphenated::LENGTH && Uuid::try_parse(text).is_ok();
    !is_uuid && (has_address(text) || has_card_number(text))
}

/// Normalizes a string to what a person would read: look-alike characters (full-width letters, special spaces) become
/// the common ones (NFKC), every dot between the labels of a host becomes the ASCII one (RFC 3490, section 3.1), and
/// percent-encoding is decoded as far as it matters here, even when applied twice.
fn readable(text: &str) -> Cow<'_, str> {
    let text = match text.is_ascii() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.replace(['\u{3002}', '\u{ff61}'], ".").nfkc().collect::<String>()),
    };
    match text.contains('%') {
        true => Cow::Owned(text.replace("%25", "%").replace("%40", "@").replace("%20", " ")),
        false => text,
    }
}

/// Says whether a string contains something like `name@example.com`, also as part of a URL (`name%40example.com`).
pub(crate) fn has_address(text: &str) -> bool {
    let text = readable(text);
    text.match_indices('@').any(|(at, _)| {
        let is_local = text[..at].chars().next_back().is_some_and(|c| is_in_local(c) || c == ')');
        is_local && is_host(host_after(&text[at + 1..]))
    })
}

/// Lists the candidates for addresses in a string. A prefix such as `mailto:` or `?to=` may be part of the address, so
/// each interpretation is listed.
pub(crate) fn addresses(text: &str) -> Vec<String> {
    let text = readable(text);
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let host = host_after(&text[at + 1..]);
        if !is_host(host) {
            continue;
        }
        let starts = text[..at].char_indices().rev().take_while(|(_, c)| is_in_local(*c)).take(LOCAL_MAX_CHARS);
        found.extend(starts.map(|(start, _)| format!("{}@{host}", &text[start..at])));
    }
    found
}

/// RFC 5321, section 4.5.3.1.1.
const LOCAL_MAX_CHARS: usize = 64;

/// The characters before the `@`: RFC 5322, section 3.2.3, and RFC 6532.
fn is_in_local(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || "._%+-!#$&'*/=?^`{|}~\"".contains(c)
}

/// Returns the longest prefix that can be a host.
fn host_after(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || is_combining_mark(c) || c == '-' || c == '.';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// A host has two labels or more, and its last one is not a number (`package@1.2.3` is not an address): letters of any
/// script, or their ASCII form.
fn is_host(host: &str) -> bool {
    let Some((labels, last)) = host.rsplit_once('.') else { return false };
    let is_name = |c: char| c.is_alphabetic() || is_combining_mark(c);
    labels.split('.').all(|label| !label.is_empty())
        && last.chars().count() >= 2
        && (last.chars().all(is_name) || last.to_ascii_lowercase().starts_with("xn--"))
}

/// Says whether a string contains a card number: the prefix and length of an issuer, a valid check digit, and nothing
/// between its digits but single spaces, hyphens, dots, slashes or underscores.
pub(crate) fn has_card_number(text: &str) -> bool {
    // Most texts have too few digits; decoding ASCII adds none.
    if text.is_ascii() && text.bytes().filter(u8::is_ascii_digit).count() < *CARD_DIGITS.start() {
        return false;
    }
    let text = readable(text);
    let is_part = |c: char| c.is_alphanumeric() || is_gap(c);
    text.split(|c| !is_part(c)).any(|run| {
        let groups: Vec<&str> = run.split(is_gap).collect();
        (0..groups.len()).any(|first| starts_card(&groups[first..]))
    })
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '/' | '_')
}

/// Says whether the first of these groups begins a card number. A group is never split: a number inside a longer one
/// does not count.
fn starts_card(groups: &[&str]) -> bool {
    let mut digits = Vec::with_capacity(*CARD_DIGITS.end());
    for group in groups {
        let is_number = !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || digits.len() + group.len() > *CARD_DIGITS.end() {
            return false;
        }
        digits.extend(group.bytes().map(|byte| byte - b'0'));
        if CARD_DIGITS.contains(&digits.len()) && is_issued(&digits) && has_check_digit(&digits) {
            return true;
        }
    }
    false
}

/// Says whether an issuer uses this prefix and length. Without this rule every tenth number would be a card number.
///
/// Source of the ranges: <https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)>.
fn is_issued(digits: &[u8]) -> bool {
    let prefix = |length: usize| digits[..length].iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    match digits.len() {
        14 => matches!(prefix(2), 36 | 38 | 39) || (300..=305).contains(&prefix(3)),
        15 => matches!(prefix(2), 34 | 37),
        16 => {
            matches!(prefix(2), 40..=49 | 50..=58 | 60..=69 | 81 | 82)
                || matches!(prefix(4), 2200..=2204 | 2221..=2720 | 3528..=3589)
        }
        17..=19 => {
            matches!(prefix(2), 50 | 56..=58 | 60..=69)
                || matches!(prefix(4), 2200..=2204 | 3528..=3589)
                || (digits.len() == 19 && prefix(1) == 4)
        }
        _ => false,
    }
}

/// The Luhn algorithm: <https://www.iso.org/standard/70484.html>, annex B.
fn has_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| match u32::from(*digit) << (i % 2) {
            two_digits @ 10.. => two_digits - 9,
            one_digit => one_digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        let found = [
            "a@b.cc",
            "ann@example.com",
            "Ann.Lee+shop@mail.example.co.uk",
            "mailto:ann@example.com?x=1",
            "<ann@example.com>",
            "order of ann@example.com, paid",
            "https://x.test/?q=ann%40example.com&r=1",
            "ü@bücher.example",
            "\"a b\"@example.com",
            "ann@example.com.",
            "x@y@example.com",
            "ann@example.xn--p1ai",
            "ann@xn--80ak6aa92e.xn--p1ai",
            "ann25@\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}.\u{92d}\u{93e}\u{930}\u{924}",
            "ann\u{ff20}example.com",
            "ann@example\u{3002}com",
            "ann@example\u{ff0e}com",
            "ann%2540example.com",
            "(ann)@example.com",
        ];
        for text in found {
            assert!(has_address(text) && is_personal(text), "{text}");
        }
        for text in [
            "",
            "@",
            "@ann",
            "ann@",
            "ann@localhost",
            "ann @ example.com",
            "left-pad@1.3.0",
            "a@b.c",
            "a@.com",
            "50%40",
            "@scope/name@2.0",
        ] {
            assert!(!has_address(text), "{text}");
        }
    }

    /// Test numbers of issuers and payment services.
    const CARDS: [&str; 14] = [
        "4111111111111111",
        "4012888888881881",
        "5555555555554444",
        "5105105105105100",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "30569309025904",
        "38520000023237",
        "6011111111111117",
        "3530111333300000",
        "6200000000000005",
        "6759649826438453",
        "4000000000000000006",
    ];

    #[test]
    fn card_numbers_are_found_wherever_they_stand() {
        for card in CARDS {
            assert!(has_card_number(card), "{card}");
            let groups = |gap: &str| {
                card.as_bytes().chunks(4).map(|digits| str::from_utf8(digits).unwrap()).collect::<Vec<_>>().join(gap)
            };
            for text in [
                groups(" "),
                groups("-"),
                groups("."),
                groups("/"),
                groups("_"),
                groups("%20"),
                groups("\u{a0}"),
                groups("\u{202f}"),
                groups("\u{2009}"),
                format!("v_{card}"),
                card.chars().map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xff10).unwrap()).collect(),
                format!("card 12 {}, thanks", groups(" ")),
                format!("({card})"),
                format!("pan={card}&x"),
                format!("1-2-{card}"),
            ] {
                assert!(is_personal(&text), "{text}");
            }
            // One digit is wrong, or it goes on.
            let wrong = |last: char| format!("{}{last}", &card[..card.len() - 1]);
            let last = card.chars().next_back().unwrap();
            assert!(('0'..='9').filter(|digit| has_card_number(&wrong(*digit))).eq([last]), "{card}");
            for text in [format!("{card}00000"), format!("a{card}"), format!("{card}b"), card.replace('0', "o") + "x"] {
                assert!(!has_card_number(&text), "{text}");
            }
        }
    }

    #[test]
    fn what_shops_count_with_is_no_card_number() {
        let numbers = [
            "",
            "0",
            "42",
            "2026-11-20",
            "2026-11-20T12:00:00.123456Z",
            "1795176000000",
            "4006381333931",
            "4012345678901",
            "0000000000000000",
            "1234567890123452",
            "0192e4a0-0000-7000-8000-0000000000aa",
            "00000000-0000-0000-0000-000000000000",
            "+49 170 1234567",
            "1111 2222 3333 4444",
            "GA1.2.1234567890.1234567890",
            "1.000.000,00",
            "9999999999999995",
        ];
        for text in numbers {
            assert!(!is_personal(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_found_whatever_stands_around_it() {
        for (text, address) in [
            ("Write to p2@example.com.", "p2@example.com"),
            ("mailto:p2@example.com", "p2@example.com"),
            ("https://x.test/?mail=p2%40example.com&x=1", "p2@example.com"),
            ("o'brien@example.com", "o'brien@example.com"),
            ("to:a+b!c@mail.example.com,", "a+b!c@mail.example.com"),
        ] {
            assert!(addresses(text).iter().any(|found| found == address), "{text}: {:?}", addresses(text));
        }
        assert!(addresses("left-pad@1.3.0 and ann@localhost").is_empty());
    }

    #[test]
    fn a_record_that_is_kept_holds_nothing_personal() {
        assert_eq!(without_personal("ops.jane@example.com"), HIDDEN);
        assert_eq!(without_personal("back\u{0}office\n"), "backoffice");
    }

    #[test]
    fn a_uuid_is_no_card_number_whatever_its_digits_are() {
        let unlucky = (0..10)
            .map(|digit| format!("4111111{digit}-1111-4111-8111-aaaaaaaaaaaa"))
            .find(|uuid| has_card_number(uuid));
        let unlucky = unlucky.expect("one of ten digits makes the check digit right");
        assert!(!is_personal(&unlucky), "{unlucky}");
        assert!(is_personal(&format!("{unlucky} ann@example.com")));
    }

    #[test]
    fn a_long_text_is_read_in_time() {
        let text = "4 ".repeat(4_096);
        assert!(!has_card_number(&text));
        assert!(!has_address(&"@".repeat(8_192)));
    }
}
