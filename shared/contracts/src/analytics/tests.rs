use super::*;

fn read(query: &[(&str, &str)]) -> Result<DaysQuery, InvalidQuery> {
    DaysQuery::read(query.iter().copied(), "2026-11-20T20:30:15Z".parse().unwrap())
}

fn days(query: &DaysQuery) -> (usize, String, String) {
    let date = |day: Option<&(Date, TimeSpan)>| day.unwrap().0.to_string();
    (query.days.len(), date(query.days.first()), date(query.days.last()))
}

#[test]
fn without_dates_it_is_the_last_thirty_days_with_the_current_local_one() {
    assert_eq!(days(&read(&[]).unwrap()), (30, "2026-10-22".to_owned(), "2026-11-20".to_owned()));
    let tomorrow_there = read(&[("tz", "Asia/Ho_Chi_Minh")]).unwrap();
    assert_eq!(days(&tomorrow_there), (30, "2026-10-23".to_owned(), "2026-11-21".to_owned()));
    assert_eq!(tomorrow_there.span.end.to_string(), "2026-11-21T17:00:00Z");
}

#[test]
fn the_last_day_is_not_in_the_range() {
    let query = read(&[("from", "2026-03-28"), ("to", "2026-03-30"), ("tz", "Europe/Berlin")]).unwrap();
    assert_eq!(days(&query), (2, "2026-03-28".to_owned(), "2026-03-29".to_owned()));
    let hours: Vec<_> = query.days.iter().map(|(_, day)| day.duration().as_hours()).collect();
    assert_eq!(hours, [24, 23], "clocks went forward");
}

#[test]
fn a_range_has_days_and_a_limit() {
    assert_eq!(read(&[("from", "2024-01-01"), ("to", "2025-01-01")]).unwrap().days.len(), 366);
    let long = read(&[("from", "2024-01-01"), ("to", "2025-01-02")]).unwrap_err();
    assert_eq!(long.to_string(), "to: must be at most 366 days after from");
    let empty = read(&[("from", "2024-01-01"), ("to", "2024-01-01")]).unwrap_err();
    assert_eq!(empty.to_string(), "to: must be after from");
    assert_eq!(read(&[("from", "2027-01-01")]), Err(InvalidQuery::Empty { start: "from", end: "to" }));
}

#[test]
fn only_money_has_a_currency() {
    let given = || [("currency", "EUR")].into_iter();
    let now = "2026-11-20T20:30:15Z".parse().unwrap();
    assert_eq!(RevenueQuery::read(given(), now).unwrap().currency, Some("EUR".parse().unwrap()));
    let refused = DaysQuery::read(given(), now).unwrap_err().to_string();
    assert!(refused.starts_with("currency: "), "{refused}");
}

#[test]
fn today_is_a_local_day() {
    let query = [("tz", "America/New_York")];
    let query = TotalsQuery::read(query.into_iter(), "2026-11-20T03:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(query.today.start.to_string(), "2026-11-19T05:00:00Z");
    assert_eq!(query.today.end.to_string(), "2026-11-20T05:00:00Z");
}

#[test]
fn an_amount_is_a_number_with_every_digit() {
    let revenue = |gross, refund, code: &str| Revenue::of(Some(code.parse().unwrap()), gross, refund);
    let day = DayRevenue { date: "2026-11-20".parse().unwrap(), revenue: revenue(123_450, 0, "EUR") };
    let text = serde_json::to_string(&day).unwrap();
    insta::assert_snapshot!(text, @r#"{"date":"2026-11-20","amount":1234.50,"amountMinor":123450,"grossMinor":123450,"refundMinor":0}"#);
    for (revenue, amount) in [
        (revenue(9_007_199_254_740_993, 0, "EUR"), r#"{"amount":90071992547409.93,"#),
        (revenue(0, 5, "EUR"), r#"{"amount":-0.05,"#),
        (revenue(150_000, 1, "VND"), r#"{"amount":149999,"#),
        (revenue(1, 0, "KWD"), r#"{"amount":0.001,"#),
        (Revenue::of(None, 0, 0), r#"{"amount":0,"#),
    ] {
        let text = serde_json::to_string(&revenue).unwrap();
        assert!(text.starts_with(amount), "{text}");
    }
}
