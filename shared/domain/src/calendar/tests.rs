use proptest::prelude::*;

use super::*;

fn span(start: &str, end: &str) -> TimeSpan {
    TimeSpan { start: start.parse().unwrap(), end: end.parse().unwrap() }
}

fn starts(span: TimeSpan, step: Step, zone: &str) -> Vec<String> {
    split(span, step, &zone.parse().unwrap()).iter().map(|(start, _)| start.to_string()).collect()
}

#[test]
fn ends_are_rounded_outwards_to_the_minute() {
    let range = span("2026-11-20T10:00:59.9Z", "2026-11-20T10:05:00.1Z");
    let rounded = TimeSpan::of_minutes(range.start, range.end);
    assert_eq!(rounded, span("2026-11-20T10:00:00Z", "2026-11-20T10:06:00Z"));
    assert_eq!(TimeSpan::of_minutes(rounded.start, rounded.end), rounded);
    assert_eq!(rounded.before(), span("2026-11-20T09:54:00Z", "2026-11-20T10:00:00Z"));
}

#[test]
fn days_are_those_of_the_zone() {
    let range = span("2026-11-19T20:00:00Z", "2026-11-20T20:00:00Z");
    assert_eq!(starts(range, Step::Day, "UTC"), ["2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z"]);
    assert_eq!(
        starts(range, Step::Day, "Asia/Ho_Chi_Minh"),
        ["2026-11-19T17:00:00Z", "2026-11-20T17:00:00Z"],
        "seven hours ahead"
    );
    assert_eq!(starts(range, Step::Day, "Asia/Kathmandu"), ["2026-11-19T18:15:00Z", "2026-11-20T18:15:00Z"]);
}

#[test]
fn days_are_as_long_as_the_clocks_make_them() {
    let spring = span("2026-03-28T23:00:00Z", "2026-03-30T22:00:00Z");
    assert_eq!(starts(spring, Step::Day, "Europe/Berlin"), ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]);
    // In Beirut the clocks go forward at midnight: the day starts at 01:00.
    let beirut: Zone = "Asia/Beirut".parse().unwrap();
    assert_eq!(beirut.start_of("2026-03-29".parse().unwrap()).to_string(), "2026-03-28T22:00:00Z");
    assert_eq!(beirut.date("2026-03-28T22:00:00Z".parse().unwrap()).to_string(), "2026-03-29");
}

#[test]
fn weeks_start_on_monday_and_months_on_the_first() {
    let range = span("2026-10-28T00:00:00Z", "2026-11-10T00:00:00Z");
    assert_eq!(
        starts(range, Step::Week, "UTC"),
        ["2026-10-26T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z"]
    );
    assert_eq!(starts(range, Step::Month, "UTC"), ["2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"]);
    let steps = split(range, Step::Month, &Zone::UTC);
    assert_eq!(steps[0].1, span("2026-10-28T00:00:00Z", "2026-11-01T00:00:00Z"), "only what was asked for");
    let aligned = align(range, Step::Month, &Zone::UTC);
    assert_eq!(aligned, span("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z"));
    assert_eq!(align(aligned, Step::Month, &Zone::UTC), aligned);
}

#[test]
fn a_zone_is_known_or_refused() {
    for known in ["UTC", "Europe/Berlin", "Asia/Ho_Chi_Minh", "America/Argentina/Buenos_Aires"] {
        assert_eq!(known.parse::<Zone>().unwrap().as_str(), known);
    }
    for unknown in ["", "Mars/Olympus", "+07:00", "Europe/", "../etc/passwd", "EST5EDT4", "a\0b"] {
        assert_eq!(unknown.parse::<Zone>(), Err(InvalidZone), "{unknown}");
    }
}

#[test]
fn a_span_is_covered_by_the_largest_stored_ones() {
    let spans = cover(span("2026-11-18T23:14:00Z", "2026-11-20T00:16:00Z"));
    let shown: Vec<_> = spans.iter().map(|part| (part.grain.as_str(), part.span)).collect();
    assert_eq!(
        shown,
        [
            ("minute", span("2026-11-18T23:14:00Z", "2026-11-18T23:15:00Z")),
            ("quarter", span("2026-11-18T23:15:00Z", "2026-11-19T00:00:00Z")),
            ("day", span("2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z")),
            ("quarter", span("2026-11-20T00:00:00Z", "2026-11-20T00:15:00Z")),
            ("minute", span("2026-11-20T00:15:00Z", "2026-11-20T00:16:00Z")),
        ]
    );
}

fn any_span() -> impl Strategy<Value = TimeSpan> {
    // From 2000 on, up to two years long.
    (15_778_080_i64..40_000_000, 1_i64..1_051_200).prop_map(|(start, minutes)| TimeSpan {
        start: Timestamp::from_second(start * 60).unwrap(),
        end: Timestamp::from_second((start + minutes) * 60).unwrap(),
    })
}

proptest! {
    #[test]
    fn a_cover_has_no_gap_and_no_overlap(span in any_span()) {
        let spans = cover(span);
        prop_assert!(spans.len() <= 5);
        prop_assert_eq!(spans.first().unwrap().span.start, span.start);
        prop_assert_eq!(spans.last().unwrap().span.end, span.end);
        for pair in spans.windows(2) {
            prop_assert_eq!(pair[0].span.end, pair[1].span.start);
        }
        for part in spans {
            prop_assert_eq!(part.grain.start(part.span.start), part.span.start);
            prop_assert_eq!(part.grain.start(part.span.end), part.span.end);
            prop_assert!(part.span.start < part.span.end);
        }
    }

    #[test]
    fn steps_have_no_gap_and_no_overlap(
        span in any_span(),
        step in prop::sample::select(vec![Step::Hour, Step::Day, Step::Week, Step::Month]),
        zone in prop::sample::select(vec!["UTC", "Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"]),
    ) {
        let zone: Zone = zone.parse().unwrap();
        let steps = split(span, step, &zone);
        prop_assert_eq!(steps.first().unwrap().1.start, span.start);
        prop_assert_eq!(steps.last().unwrap().1.end, span.end);
        for pair in steps.windows(2) {
            prop_assert_eq!(pair[0].1.end, pair[1].1.start);
            prop_assert_eq!(pair[1].0, pair[1].1.start);
        }
        for (start, part) in steps {
            prop_assert!(part.start < part.end);
            prop_assert_eq!(step.start(start, &zone), start);
            prop_assert_eq!(Grain::QuarterHour.start(start), start, "days of every zone are made of quarters of an hour");
        }
    }
}
