//! Numbers as exact decimals. Cores calculate with 512 bits; what matters here is only that equal
//! numbers compare equal however they were written.

use std::cmp::Ordering;
use std::fmt;

/// A number: its sign, its digits without zeros at either end, and a power of ten.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Number {
    /// Reads decimal text, with a point and an exponent if need be.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        Self::of(is_negative, &digits, exponent)
    }

    fn of(is_negative: bool, digits: &str, exponent: i64) -> Option<Self> {
        let digits = digits.trim_start_matches('0');
        let short = digits.trim_end_matches('0');
        if short.is_empty() {
            return Some(Self {
                is_negative: false,
                digits: String::new(),
                exponent: 0,
            });
        }
        let dropped = i64::try_from(digits.len() - short.len()).ok()?;
        Some(Self {
            is_negative,
            digits: short.to_owned(),
            exponent: exponent.checked_add(dropped)?,
        })
    }

    /// The exact value of a float; none of what is not finite.
    #[must_use]
    pub fn from_f64(float: f64) -> Option<Self> {
        // No float has more decimal places.
        float
            .is_finite()
            .then(|| Self::parse(&format!("{float:.1074}")))?
    }

    /// The number as an integer, if it is one and fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if !(0..=19).contains(&self.exponent) {
            return None;
        }
        self.to_string().parse().ok()
    }

    /// The float that is exactly this number, if there is one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        let float: f64 = self.to_string().parse().ok()?;
        (Self::from_f64(float).as_ref() == Some(self)).then_some(float)
    }

    /// How many digits stand before the point; negative for zeros after it.
    fn magnitude(&self) -> i64 {
        let digits = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        self.exponent.saturating_add(digits)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        // Without zeros at their ends, digits of one magnitude compare as text.
        let size = || {
            let by_magnitude = self.magnitude().cmp(&other.magnitude());
            by_magnitude.then_with(|| self.digits.cmp(&other.digits))
        };
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => size(),
            _ => size().reverse(),
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        let digits = value.unsigned_abs().to_string();
        Self::of(value < 0, &digits, 0).unwrap_or_else(|| unreachable!("few digits"))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.is_negative {
            f.write_str("-")?;
        }
        match self.exponent {
            zeros @ 0..=40 => {
                f.write_str(&self.digits)?;
                (0..zeros).try_for_each(|_| f.write_str("0"))
            }
            exponent => write!(f, "{}e{exponent}", self.digits),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).expect("a number")
    }

    #[test]
    fn one_number_has_many_spellings() {
        for (a, b) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("-0.50", "-5E-1"),
            ("0", "-0.00"),
        ] {
            assert_eq!(number(a), number(b));
        }
        assert_ne!(number("1"), number("-1"));
        for wrong in ["", "-", ".", "1e", "0x1", "1.2.3", "inf"] {
            assert_eq!(Number::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_size() {
        let sorted = [
            "-100", "-1.5", "-0.1", "0", "0.09", "0.1", "1.5", "99", "100", "1e30",
        ];
        for pair in sorted.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn floats_are_exact_or_not_at_all() {
        assert_eq!(Number::from_f64(0.5), Some(number("0.5")));
        assert_ne!(Number::from_f64(0.1), Some(number("0.1")));
        assert_eq!(number("0.1").as_f64(), None);
        assert_eq!(number("1.5").as_f64(), Some(1.5));
        assert_eq!(Number::from_f64(f64::INFINITY), None);
        assert_eq!(number("1200").as_i64(), Some(1200));
        assert_eq!(number("1.5").as_i64(), None);
        assert_eq!(number("9223372036854775807").as_i64(), Some(i64::MAX));
        assert_eq!(number("1e19").as_i64(), None);
        assert_eq!(Number::from(i64::MIN).as_i64(), Some(i64::MIN));
    }
}
