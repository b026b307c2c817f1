//! What goes back: refunds, cancellations and returns.

use super::*;

#[test]
fn each_refund_counts_once_whoever_reports_it() {
    let back = |refund_id, minor| paying(Some("a"), refund_id, PaymentStatus::Refunded, minor);
    let after = |mut facts: Vec<Fact>| {
        facts.splice(0..0, [fifty(), paid("a", 5_000)]);
        money(facts).1
    };
    assert_eq!(after(vec![back(None, 1_000)]), 1_000, "a part");
    assert_eq!(after(vec![back(None, 1_000), back(None, 1_000)]), 1_000);
    assert_eq!(after(vec![back(Some("r1"), 1_000), back(Some("r2"), 1_000)]), 2_000);
    assert_eq!(after(vec![back(Some("r1"), 1_000), back(Some("r1"), 1_000)]), 1_000);
    assert_eq!(after(vec![returned(Some(2_000)), back(None, 2_000)]), 2_000);
    assert_eq!(after(vec![back(Some("r1"), 2_000), returned(Some(2_000))]), 2_000);
    assert_eq!(after(vec![returned(Some(1_000)), returned(Some(1_000)), back(Some("r1"), 1_000)]), 2_000);
    assert_eq!(after(vec![back(Some("r1"), 1_000), returned(Some(1_000)), returned(Some(1_000))]), 2_000);
    assert_eq!(after(vec![cancelled(Some(4_000)), back(None, 4_000)]), 4_000);
    assert_eq!(after(vec![paying(Some("re_1"), None, PaymentStatus::Refunded, 5_000)]), 5_000, "an id of the refund");
    assert_eq!(after(vec![paying(None, None, PaymentStatus::Refunded, 500)]), 500);
}

#[test]
fn what_the_payment_service_states_is_the_amount_of_a_cancellation_or_return_without_one() {
    let back = |id, refund_id, minor| paying(id, refund_id, PaymentStatus::Refunded, minor);
    let two = || created(vec![line("p", 1, 5_000), line("q", 1, 5_000)]);
    let item = |name: &str| returned_items(None, &[(name, None)]);
    assert_eq!(money(vec![fifty(), paid("a", 5_000), cancelled(None), back(Some("a"), Some("r"), 4_000)]).1, 4_000);
    assert_eq!(money(vec![fifty(), paid("a", 5_000), cancelled(None), back(None, None, 4_000)]).1, 4_000);
    assert_eq!(money(vec![fifty(), paid("a", 5_000), returned(None), back(Some("a"), None, 4_500)]).1, 4_500);
    let fee = folded(&reported(vec![two(), paid("a", 10_000), item("p"), back(Some("a"), Some("r"), 4_500)]));
    assert_eq!((fee.book[1].at, &*fee.book[1].lines), (at(3), &[4_500, 0][..]), "it is the refund of the item");
    let each = vec![
        two(),
        paid("a", 10_000),
        item("p"),
        item("q"),
        back(None, Some("r"), 4_500),
        back(None, Some("s"), 4_000),
    ];
    assert_eq!(money(each).1, 8_500);
    let split = vec![
        fifty(),
        paid("a", 3_000),
        paid("b", 2_000),
        cancelled(None),
        back(Some("a"), None, 3_000),
        back(Some("b"), None, 2_000),
    ];
    assert_eq!(money(split).1, 5_000);
    let before = vec![fifty(), paid("a", 5_000), back(Some("a"), Some("r"), 1_000), cancelled(None)];
    assert_eq!(money(before).1, 5_000, "an earlier refund is another one");
    let exchanged = vec![fifty(), paid("a", 5_000), returned(None), paid("b", 2_000), back(Some("b"), Some("r"), 500)];
    assert_eq!(money(exchanged).1, 5_500, "of a later payment");
    let twice = vec![two(), paid("a", 10_000), item("p"), item("p"), back(Some("a"), None, 4_500)];
    assert_eq!(money(twice).1, 4_500, "the desk reports the return twice");
    let unpaid = vec![fifty(), cancelled(None), paid("a", 5_000), back(None, None, 1_000)];
    assert_eq!(money(unpaid).1, 1_000, "nothing was paid before the cancellation");
    let repeated = vec![fifty(), paid("a", 5_000), status(OrderStatus::Cancelled), cancelled(Some(4_000))];
    assert_eq!(money(repeated).1, 4_000, "a service that only knows the status");
    let at_once = reported(vec![back(Some("a"), None, 4_000), cancelled(None), paid("a", 5_000), fifty()]);
    let at_once: Vec<_> = at_once.into_iter().map(|event| ShopEvent { occurred_at: at(1), ..event }).collect();
    assert_eq!(refunded(&folded(&at_once)), [4_000], "at one instant");
}

#[test]
fn a_refund_never_lies_before_its_money() {
    let late = vec![fifty(), payment("a", PaymentStatus::Refunded, 1_000), paid("a", 5_000)];
    let state = folded(&reported(late));
    assert_eq!(state.refunds().map(|refund| refund.at).collect::<Vec<_>>(), [at(3)]);
    assert_eq!(money(vec![fifty(), returned(None), paid("a", 2_000)]), (2_000, 2_000));
    let early =
        folded(&reported(vec![fifty(), returned_items(None, &[("p", None)]), paid("a", 5_000), paid("b", 2_000)]));
    let early: Vec<_> = early.refunds().map(|refund| (refund.at, refund.amount.minor)).collect();
    assert_eq!(early, [(at(3), 5_000)], "nobody names the payment");
    assert_eq!(money(vec![fifty(), paying(None, None, PaymentStatus::Refunded, 500), paid("a", 5_000)]), (5_000, 500));
    assert_eq!(money(vec![fifty(), cancelled(None), paid("a", 5_000)]), (5_000, 0), "it concerns what was paid before");
    assert_eq!(money(vec![fifty(), paid("a", 5_000), returned(None), paid("b", 2_000)]), (7_000, 5_000));
    assert_eq!(money(vec![fifty(), cancelled(Some(4_000)), paid("a", 5_000)]), (5_000, 0));
    let at_once = reported(vec![returned(None), paid("a", 5_000), fifty()]);
    let at_once: Vec<_> = at_once.into_iter().map(|event| ShopEvent { occurred_at: at(1), ..event }).collect();
    assert_eq!(refunded(&folded(&at_once)), [5_000], "at one instant the money is first");
}

#[test]
fn a_refund_is_booked_at_its_payment_and_its_lines() {
    let with = |id: &str, method: &str, minor| {
        let Fact::PaymentProcessed { order_id, payment_id, refund_id, status, amount, currency, .. } = paid(id, minor)
        else {
            unreachable!()
        };
        let method = Some(method.to_owned());
        Fact::PaymentProcessed { order_id, payment_id, refund_id, status, amount, currency, method }
    };
    let order = created(vec![line("p", 1, 6_000), line("q", 2, 2_000)]);
    let book = |mut facts: Vec<Fact>| {
        facts.splice(0..0, [order.clone(), with("a", "card", 7_000), with("b", "voucher", 3_000)]);
        let state = folded(&reported(facts));
        let back = state.book.iter().filter(|entry| entry.kind == EntryKind::Refund);
        back.map(|entry| (entry.method.clone(), entry.minor, entry.lines.clone())).collect::<Vec<_>>()
    };
    let entry = |method: &str, minor, lines: [i64; 2]| (method.to_owned(), minor, lines.to_vec());
    assert_eq!(book(vec![payment("b", PaymentStatus::Refunded, 1_000)]), [entry("voucher", 1_000, [600, 400])]);
    assert_eq!(
        book(vec![returned_items(None, &[("q", Some(1))])]),
        [entry("card", 1_400, [0, 1_400]), entry("voucher", 600, [0, 600])]
    );
    let all = book(vec![returned_items(Some(6_000), &[("p", None)]), returned(None)]);
    let of_line = |line: usize| all.iter().map(|(.., lines)| lines[line]).sum::<i64>();
    assert_eq!((of_line(0), of_line(1)), (6_000, 4_000));
}

#[test]
fn what_came_back_is_known_by_line() {
    let known = ["p", "q"].map(|id| (id.to_owned(), attribution(id, None)));
    let derived = |facts: Vec<Fact>| {
        let mut all = vec![created(vec![line("p", 1, 3_000), line("q", 1, 2_000)]), paid("a", 5_000)];
        all.extend(facts);
        let state = folded(&reported(all));
        let derived = order_interactions(ORDER, &state, &Attributions::from(known.clone()));
        derived.iter().filter(|interaction| interaction.event_type == "return_product").count()
    };
    assert_eq!(derived(vec![returned(None)]), 2);
    assert_eq!(derived(vec![returned(Some(5_000))]), 2);
    assert_eq!(derived(vec![returned_items(Some(3_000), &[("p", Some(1))])]), 1);
    assert_eq!(derived(vec![returned(Some(100))]), 0, "goodwill");
    assert_eq!(derived(vec![payment("a", PaymentStatus::Refunded, 100)]), 0, "goodwill");
}

#[test]
fn a_return_may_name_the_product_of_a_line_or_its_sku() {
    let of_product = |sku: &str, minor| OrderLine { sku: Some(sku.to_owned()), ..line("p", 1, minor) };
    let skus =
        ["s1", "s2"].map(|sku| (sku.to_owned(), Attribution { product_id: "p".to_owned(), periods: Vec::new() }));
    let known = Attributions::from(skus);
    let back = |lines: Vec<OrderLine>, facts: Vec<Fact>, known: &Attributions| {
        let paid_minor = lines.iter().map(|line| line.cost().minor("EUR".parse().unwrap())).sum();
        let mut all = vec![created(lines), paid("a", paid_minor)];
        all.extend(facts);
        let state = OrderState::of(&reported(all), known);
        let mut lines = vec![0; state.lines.len()];
        for entry in state.book.iter().filter(|entry| entry.kind == EntryKind::Refund) {
            lines.iter_mut().zip(&entry.lines).for_each(|(sum, part)| *sum += part);
        }
        lines
    };
    let item = |name: &str, quantity| returned_items(None, &[(name, quantity)]);
    let by_sku = || vec![line("s1", 1, 1_000), line("s2", 1, 2_000), line("q", 1, 4_000)];
    assert_eq!(back(by_sku(), vec![item("p", Some(1))], &known), [1_000, 0, 0], "the first line of the product");
    assert_eq!(back(by_sku(), vec![item("p", None)], &known), [1_000, 2_000, 0], "all of it");
    assert_eq!(back(by_sku(), vec![item("p", Some(1)), item("p", Some(1))], &known), [1_000, 2_000, 0]);
    assert_eq!(back(by_sku(), vec![item("p", Some(1))], &Attributions::new()), [0, 0, 0], "nobody knows the product");
    let by_product = || vec![line("q", 1, 4_000), line("p", 1, 1_000)];
    assert_eq!(back(by_product(), vec![item("s1", Some(1))], &known), [0, 1_000]);
    assert_eq!(back(vec![line("s1", 1, 1_000)], vec![item("s2", Some(1))], &known), [0], "another SKU");
    let by_both = || vec![of_product("s1", 1_000), of_product("s2", 2_000)];
    for known in [&known, &Attributions::new()] {
        assert_eq!(back(by_both(), vec![item("s2", Some(1))], known), [0, 2_000]);
        assert_eq!(back(by_both(), vec![item("p", Some(2))], known), [1_000, 2_000]);
        assert_eq!(back(by_both(), vec![item("s1", None), item("p", Some(1))], known), [1_000, 2_000]);
    }
    let mixed = || vec![line("p", 1, 1_000), line("s1", 1, 2_000)];
    assert_eq!(back(mixed(), vec![item("s1", Some(1))], &known), [0, 2_000], "the same id comes first");
}

#[test]
fn items_that_are_not_of_the_order_are_worth_nothing_and_remain_asked_for() {
    let order = |facts: Vec<Fact>| {
        let mut all = vec![created(vec![line("p", 1, 6_000), line("q", 1, 4_000)]), paid("a", 10_000)];
        all.extend(facts);
        folded(&reported(all))
    };
    let typo = order(vec![returned_items(None, &[("zz", Some(1))])]);
    assert_eq!((refunded(&typo), typo.refund_requested_at), (vec![], Some(at(3))));
    assert_eq!(typo.returned_at, [None, None]);
    assert_eq!(refunded(&order(vec![returned_items(None, &[("", Some(1))])])), [0; 0]);
    assert_eq!(refunded(&order(vec![returned_items(None, &[("zz", None), ("q", None)])])), [4_000]);
    assert_eq!(refunded(&order(vec![returned_items(Some(1_000), &[("zz", None)])])), [1_000], "the money is known");
    let with_gift = vec![line("p", 1, 6_000), line("q", 1, 4_000), line("gift", 1, 0)];
    let gift = [created(with_gift), paid("a", 10_000), returned_items(Some(1_000), &[("gift", None)])];
    assert_eq!(folded(&reported(gift.into())).book[1].lines, [600, 400, 0], "a gift has no share to take from");
    let replaced = vec![updated(vec![line("r", 1, 10_000)]), returned_items(None, &[("p", Some(1))])];
    assert_eq!(refunded(&order(replaced)), [0; 0]);
}

#[test]
fn a_piece_comes_back_once() {
    let order = |facts: Vec<Fact>| {
        let mut all =
            vec![created(vec![line("p", 1, 6_000), line("q", 3, 1_000), line("r", 1, 1_000)]), paid("a", 10_000)];
        all.extend(facts);
        folded(&reported(all))
            .book
            .iter()
            .filter(|entry| entry.kind == EntryKind::Refund)
            .fold([0; 3], |sum, entry| [sum[0] + entry.lines[0], sum[1] + entry.lines[1], sum[2] + entry.lines[2]])
    };
    let item = |minor, name: &str, quantity| returned_items(minor, &[(name, Some(quantity))]);
    assert_eq!(order(vec![item(None, "p", 1), item(None, "p", 1)]), [6_000, 0, 0]);
    assert_eq!(order(vec![item(None, "q", 2), item(None, "q", 2)]), [0, 3_000, 0]);
    assert_eq!(order(vec![item(None, "q", 1), item(None, "q", 1), item(None, "q", 1)]), [0, 3_000, 0]);
    assert_eq!(order(vec![item(Some(5_500), "p", 1), item(Some(5_500), "p", 1)]), [5_500, 0, 0], "the same amount");
    assert_eq!(order(vec![item(None, "p", 1), item(Some(5_500), "p", 1)]), [5_500, 0, 0], "one of them states it");
    assert_eq!(order(vec![item(Some(5_500), "p", 1), item(None, "p", 1)]), [5_500, 0, 0]);
    assert_eq!(order(vec![item(Some(500), "q", 1), item(Some(500), "q", 1)]), [0, 1_000, 0], "two pieces");
    let with_id = |id: &str, name: &str| {
        let Fact::OrderReturned { order_id, refund, currency, items, .. } = item(None, name, 1) else { unreachable!() };
        Fact::OrderReturned { order_id, refund_id: Some(id.to_owned()), refund, currency, items }
    };
    let twice = vec![with_id("x", "q"), with_id("x", "q"), item(None, "q", 2)];
    assert_eq!(order(twice), [0, 3_000, 0], "the same return takes no second piece");
    assert_eq!(order(vec![with_id("x", "p"), with_id("y", "p")]), [6_000, 0, 0], "two ids, but one piece");
    let thirds = created(vec![line("p", 3, 0), OrderLine { total: Some(euros(1_000)), ..line("q", 3, 334) }]);
    let mut all = vec![thirds, paid("a", 1_000)];
    all.extend([1, 1, 1].map(|quantity| item(None, "q", quantity)));
    assert_eq!(refunded(&folded(&reported(all))), [333, 333, 334], "together they are the line");
}

#[test]
fn parts_that_add_up_to_a_return_are_that_return() {
    let back = |id, refund_id, minor| paying(Some(id), refund_id, PaymentStatus::Refunded, minor);
    let after = |facts: Vec<Fact>| {
        let two = created(vec![line("p", 1, 5_000), line("q", 1, 5_000)]);
        let paid = [two, paid("card", 7_000), paid("voucher", 3_000)];
        folded(&reported(paid.into_iter().chain(facts).collect()))
    };
    let sum = |facts| refunded(&after(facts)).iter().sum::<i64>();
    let parts = || vec![back("card", None, 3_500), back("voucher", None, 1_500)];
    let desk = || returned_items(Some(5_000), &[("q", None)]);
    let split = after(vec![desk(), parts().remove(0), parts().remove(1)]);
    assert_eq!(refunded(&split), [3_500, 1_500], "of each payment its own");
    let lines: Vec<_> = split.book.iter().skip(2).map(|entry| entry.lines.as_slice()).collect();
    assert_eq!(lines, [[0, 3_500], [0, 1_500]], "of the item that the desk names");
    assert_eq!(sum(vec![parts().remove(0), desk(), parts().remove(1)]), 5_000);
    assert_eq!(sum(vec![parts().remove(0), parts().remove(1), desk()]), 5_000);
    assert_eq!(sum(vec![cancelled(Some(5_000)), parts().remove(0), parts().remove(1)]), 5_000);
    let goodwill = || back("card", None, 500);
    assert_eq!(sum(vec![goodwill(), desk(), parts().remove(0), parts().remove(1)]), 5_500, "another one before");
    assert_eq!(sum(vec![desk(), parts().remove(0), parts().remove(1), goodwill()]), 5_500, "another one after");
    assert_eq!(sum(vec![desk(), back("card", None, 2_000), goodwill()]), 7_500, "no parts of it");
    let two = vec![desk(), returned_items(Some(5_000), &[("p", None)]), parts().remove(0), parts().remove(1)];
    assert_eq!(sum(two), 10_000, "parts of one return only");
    let named = vec![desk(), back("card", Some("r"), 3_500), back("voucher", Some("s"), 1_500)];
    assert_eq!(sum(named), 5_000);
    let Fact::OrderReturned { order_id, refund, currency, items, .. } = desk() else { unreachable!() };
    let other = Fact::OrderReturned { order_id, refund_id: Some("d".to_owned()), refund, currency, items };
    let apart = vec![other, back("card", Some("r"), 3_500), back("voucher", Some("s"), 1_500)];
    assert_eq!(sum(apart), 10_000, "ids tell them apart");
}
