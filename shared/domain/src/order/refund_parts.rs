//! Refunds that a desk reports as a whole and the payment service in parts: one for each payment of an order that was
//! paid by voucher and by card, or one for each parcel.

use super::refund_request::RefundRequest;

/// Removes each whole whose parts the payment service reports: two or more reports that follow each other and add up to
/// exactly its amount. The items of the whole become those of its parts. Reports that add up to less or more are
/// refunds of their own, like goodwill.
pub(super) fn replace_wholes_by_parts(requests: &mut Vec<RefundRequest<'_>>) {
    let mut place = 0;
    while place < requests.len() {
        let Some(parts) = parts_of(&requests[place], requests) else {
            place += 1;
            continue;
        };
        let whole = requests[place].clone();
        parts.into_iter().for_each(|part| requests[part].become_part_of(&whole));
        requests.remove(place);
    }
}

/// Returns the places of the first such reports, which are sorted by time.
fn parts_of(whole: &RefundRequest<'_>, requests: &[RefundRequest<'_>]) -> Option<Vec<usize>> {
    let (wanted, _) = whole.stated_by_desk()?;
    let candidates = requests.iter().enumerate().filter(|(_, request)| request.may_be_part_of(whole));
    let mut window: Vec<(usize, i64)> = Vec::new();
    let mut sum: i64 = 0;
    for (place, request) in candidates {
        let (minor, _) = request.minor?;
        window.push((place, minor));
        sum = sum.saturating_add(minor);
        while sum > wanted {
            sum -= window.remove(0).1;
        }
        if sum == wanted && window.len() > 1 {
            return Some(window.into_iter().map(|(place, _)| place).collect());
        }
    }
    None
}
