//! Finds texts that look like an email address or the number of a payment card, wherever somebody has put one.
//!
//! Nothing here knows what a text is for. It errs on the side of hiding: a text that only looks so is hidden as well,
//! always in the same way, so that figures by it stay right.

use domain::ShopEvent;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// What stands in the place of a hidden text that is no id. Not longer than the shortest text that it hides.
pub const HIDDEN: &str = "******";
/// What a hidden id starts with; its keyed hash follows.
pub const HASHED_PREFIX: &str = "hashed:";

/// The digits of a card number. Visa once had 13, as every EAN has; those are left alone.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 14..=19;

/// Counts the hidden texts in JSON that we wrote.
#[must_use]
pub fn count_hidden(json: &str) -> usize {
    json.matches("\"******\"").count() + json.matches("\"hashed:").count()
}

/// Counts the hidden texts of an event.
#[must_use]
pub fn count_hidden_in(event: &ShopEvent) -> usize {
    count_hidden(&serde_json::to_string(event).expect("times, ids and amounts always serialize"))
}

/// Says whether a text holds an email address or a card number.
pub(crate) fn is_personal(text: &str) -> bool {
    // One UUID in forty thousand has the digits of a card number in its first three groups.
    let is_uuid = text.len() == Hyphenated::LENGTH && Uuid::try_parse(text).is_ok();
    !is_uuid && (has_address(text) || has_card_number(text))
}

/// Says whether a text holds something like `name@example.com`, also as a part of a URL (`name%40example.com`).
pub(crate) fn has_address(text: &str) -> bool {
    if !text.contains('@') && !text.contains("%40") {
        return false;
    }
    let text = text.replace("%40", "@");
    text.match_indices('@').any(|(at, _)| {
        let local = text[..at].chars().next_back();
        let is_local = local.is_some_and(|c| c.is_alphanumeric() || "._%+-!#$&'*/=?^`{|}~\"".contains(c));
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '.')).unwrap_or(rest.len());
        is_local && is_host(rest[..end].trim_end_matches('.'))
    })
}

/// A host has two labels or more, and its last one is no number (`package@1.2.3` is no address).
fn is_host(host: &str) -> bool {
    let Some((labels, last)) = host.rsplit_once('.') else { return false };
    labels.split('.').all(|label| !label.is_empty())
        && last.chars().count() >= 2
        && last.chars().all(char::is_alphabetic)
}

/// Says whether a text holds a card number: the prefix and length of an issuer, a right check digit, and nothing between
/// its digits but single blanks, hyphens or dots.
pub(crate) fn has_card_number(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || is_gap(c);
    text.split(|c| !is_part(c)).any(|run| {
        let groups: Vec<&str> = run.split(is_gap).collect();
        (0..groups.len()).any(|first| starts_card(&groups[first..]))
    })
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '\u{a0}')
}

/// Says whether the first of these groups begins a card number. A group is never cut: a number inside a longer one is none.
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

/// Says whether an issuer gives out numbers of this prefix and length. Without this rule every tenth number would be one.
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

/// The rule of Luhn: <https://www.iso.org/standard/70484.html>, annex B.
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
                card.as_bytes().chunks(4).map(|it| str::from_utf8(it).unwrap()).collect::<Vec<_>>().join(gap)
            };
            for text in [
                groups(" "),
                groups("-"),
                groups("."),
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
    fn a_uuid_is_no_card_number_whatever_its_digits_are() {
        let unlucky =
            (0..10).map(|digit| format!("4111111{digit}-1111-4111-8111-aaaaaaaaaaaa")).find(|it| has_card_number(it));
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
