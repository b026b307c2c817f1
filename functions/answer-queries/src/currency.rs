//! The currency of a response, because amounts in different currencies are never added.

use domain::Currency;

/// Chooses the requested currency, else the one with the most paid orders, ties in alphabetical order; `None` when
/// there are no figures. The currencies are given with their paid orders, each once; one with refunds only has none.
pub(crate) fn choose(asked: Option<Currency>, paid: impl Iterator<Item = (Currency, i64)>) -> Option<Currency> {
    asked
        .or_else(|| paid.max_by_key(|(currency, orders)| (*orders, std::cmp::Reverse(*currency))).map(|(code, _)| code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(asked: Option<&str>, paid: &[(&str, i64)]) -> Option<String> {
        let paid = paid.iter().map(|(code, orders)| (code.parse().unwrap(), *orders));
        choose(asked.map(|code| code.parse().unwrap()), paid).map(String::from)
    }

    #[test]
    fn most_paid_orders_win_and_the_alphabet_breaks_ties() {
        assert_eq!(choice(None, &[("EUR", 1), ("VND", 2)]).as_deref(), Some("VND"));
        assert_eq!(choice(None, &[("VND", 2), ("EUR", 2), ("USD", 2)]).as_deref(), Some("EUR"));
        assert_eq!(choice(None, &[("EUR", 0)]).as_deref(), Some("EUR"), "refunds are figures too");
        assert_eq!(choice(None, &[]), None);
        assert_eq!(choice(Some("JPY"), &[("EUR", 9)]).as_deref(), Some("JPY"));
    }
}
