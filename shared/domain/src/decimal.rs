//! Decimal numbers as the back ends of shops write them.

use std::str::FromStr;

use rust_decimal::Decimal;

/// Reads a non-negative decimal number in plain or scientific notation.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().ok().filter(|power| (-28..=28).contains(power))?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return None;
    }
    let mantissa = Decimal::from_str(mantissa).ok()?;
    let power = Decimal::from_i128_with_scale(10_i128.pow(exponent.unsigned_abs()), 0);
    let number = if exponent < 0 { mantissa.checked_div(power)? } else { mantissa.checked_mul(power)? };
    Some(number.normalize())
}
