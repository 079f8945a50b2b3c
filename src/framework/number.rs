//! Exact numbers, as Terraform has them: arbitrary precision decimals and the two infinities.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive as _, Zero as _};

/// The largest power of ten, up or down, that is accepted. Terraform's own arithmetic stays far
/// below; without a limit a ten-byte text such as `1e999999999` could ask for gigabytes.
const MAX_EXPONENT: i64 = 5_000;

/// The longest text of a number that is accepted, in bytes.
const MAX_TEXT: usize = 10_000;

/// A number of Terraform: never rounded, never overflowing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Repr);

// The order of the variants is the order of the numbers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    NegativeInfinity,
    Finite(BigDecimal),
    PositiveInfinity,
}

/// A text that is not a number, or one too large to be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a number that can be represented")]
pub struct ParseNumberError;

impl Number {
    /// The number as an `i64`, if it is an integer and fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Finite(decimal) if decimal.is_integer() => decimal.to_i64(),
            _ => None,
        }
    }

    /// The number as an `f64`, if that loses nothing. Integers beyond 2^53 may well be exact.
    #[must_use]
    pub fn to_f64_exact(&self) -> Option<f64> {
        match &self.0 {
            Repr::NegativeInfinity => Some(f64::NEG_INFINITY),
            Repr::PositiveInfinity => Some(f64::INFINITY),
            Repr::Finite(decimal) => {
                let float = decimal.to_f64().filter(|float| float.is_finite())?;
                (BigDecimal::try_from(float).ok()? == *decimal).then_some(float)
            }
        }
    }

    /// The nearest `f64`, for arithmetic that may be inexact (an API member declared as double).
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::NegativeInfinity => f64::NEG_INFINITY,
            Repr::PositiveInfinity => f64::INFINITY,
            Repr::Finite(decimal) => decimal.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// Whether the number is a whole number.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(&self.0, Repr::Finite(decimal) if decimal.is_integer())
    }

    /// A finite number from an `f64`, exactly; infinities become infinities.
    ///
    /// # Errors
    /// NaN, which Terraform does not have.
    pub fn from_f64(float: f64) -> Result<Self, ParseNumberError> {
        if float == f64::INFINITY {
            Ok(Self(Repr::PositiveInfinity))
        } else if float == f64::NEG_INFINITY {
            Ok(Self(Repr::NegativeInfinity))
        } else {
            let decimal = BigDecimal::try_from(float).map_err(|_| ParseNumberError)?;
            Ok(Self(Repr::Finite(decimal)))
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Finite(BigDecimal::from(value)))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(Repr::Finite(BigDecimal::from(value)))
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self::from(i64::from(value))
    }
}

impl FromStr for Number {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "Inf" | "+Inf" => return Ok(Self(Repr::PositiveInfinity)),
            "-Inf" => return Ok(Self(Repr::NegativeInfinity)),
            _ => {}
        }
        // The decimal type also takes forms such as `1_000` and ` 1`; Terraform does not write them.
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
        if text.is_empty() || text.len() > MAX_TEXT || !plain {
            return Err(ParseNumberError);
        }
        if let Some((_, exponent)) = text.split_once(['e', 'E']) {
            let exponent: i64 = exponent.parse().map_err(|_| ParseNumberError)?;
            if exponent.abs() > MAX_EXPONENT {
                return Err(ParseNumberError);
            }
        }
        let decimal = BigDecimal::from_str(text).map_err(|_| ParseNumberError)?;
        if decimal.is_zero() {
            // `-0` and `0e7` are zero.
            return Ok(Self(Repr::Finite(BigDecimal::zero())));
        }
        let number = Self(Repr::Finite(decimal));
        // What is taken can also be given back: its plain text must be within the limit, too.
        if text.contains(['e', 'E']) && number.to_string().len() > MAX_TEXT {
            return Err(ParseNumberError);
        }
        Ok(number)
    }
}

/// The decimal text without an exponent and without superfluous zeros.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::NegativeInfinity => f.write_str("-Inf"),
            Repr::PositiveInfinity => f.write_str("+Inf"),
            Repr::Finite(decimal) => f.write_str(&decimal.normalized().to_plain_string()),
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
        text.parse().unwrap()
    }

    #[test]
    fn digits_survive() {
        for text in [
            "0",
            "1",
            "-17",
            "0.1",
            "1.5",
            "123456789012345678901234567890",
            "0.000000000000000000000000000001",
        ] {
            assert_eq!(number(text).to_string(), text);
        }
    }

    #[test]
    fn different_spellings_are_one_number() {
        assert_eq!(number("1.0"), number("1"));
        assert_eq!(number("1e3"), number("1000"));
        assert_eq!(number("-0"), number("0"));
        assert_eq!(number("1e3").to_string(), "1000");
    }

    #[test]
    fn infinities_are_the_outermost_numbers() {
        let low = Number::from_f64(f64::NEG_INFINITY).unwrap();
        let high = Number::from_f64(f64::INFINITY).unwrap();
        assert!(low < number("-1e300") && number("1e300") < high);
        assert_eq!(high.to_f64_exact(), Some(f64::INFINITY));
        assert_eq!(high.to_i64(), None);
    }

    #[test]
    fn floats_are_exact_or_refused() {
        assert_eq!(number("1.5").to_f64_exact(), Some(1.5));
        assert_eq!(number("0.1").to_f64_exact(), None);
        assert_eq!(Number::from_f64(1.5).unwrap(), number("1.5"));
        assert!(Number::from_f64(f64::NAN).is_err());
    }

    #[test]
    fn integers_at_the_edge() {
        assert_eq!(number("9223372036854775807").to_i64(), Some(i64::MAX));
        assert_eq!(number("9223372036854775808").to_i64(), None);
        assert_eq!(number("2.5").to_i64(), None);
        assert_eq!(Number::from(u64::MAX).to_string(), "18446744073709551615");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "one",
            "1_000",
            " 1",
            "1e999999999",
            "1e-999999999",
            "--1",
            "1e",
            ".",
        ] {
            assert_eq!(text.parse::<Number>(), Err(ParseNumberError), "{text:?}");
        }
        assert!("9".repeat(MAX_TEXT + 1).parse::<Number>().is_err());
        let too_long_when_written_out = format!("{}e5000", "9".repeat(MAX_TEXT - 5));
        assert!(too_long_when_written_out.parse::<Number>().is_err());
    }
}
