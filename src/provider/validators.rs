//! Validators that several objects share. What the service may extend at any time (regions, plan
//! types, roles) is checked against the live catalogue instead, while planning.

use std::time::Duration;

use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::schema::Validator;
use crate::framework::value::Value;

/// Text of `min` to `max` characters.
#[must_use]
pub fn length(min: usize, max: usize) -> Validator {
    Validator::text(
        format!("must have {min} to {max} characters"),
        move |text| {
            let count = text.chars().count();
            (count < min || count > max).then(|| {
                Diagnostic::error(
                    "Text of the wrong length",
                    format!("The value has {count} characters; allowed are {min} to {max}."),
                )
            })
        },
    )
}

/// Text that is not blank.
#[must_use]
pub fn not_blank() -> Validator {
    Validator::text("must not be blank", |text| {
        text.trim().is_empty().then(|| {
            Diagnostic::error(
                "Blank value",
                "The value must not be empty or consist of blanks.",
            )
        })
    })
}

/// Text without blanks in it.
#[must_use]
pub fn without_blanks() -> Validator {
    Validator::text("must not contain blanks", |text| {
        text.contains(char::is_whitespace).then(|| {
            Diagnostic::error(
                "Blank in a value",
                "The value must not contain spaces, tabs or line breaks.",
            )
        })
    })
}

/// One of a fixed set of words.
#[must_use]
pub fn one_of(words: &'static [&'static str]) -> Validator {
    let list = words.join(", ");
    Validator::text(format!("must be one of {list}"), move |text| {
        (!words.contains(&text)).then(|| {
            let mut diagnostic = Diagnostic::error(
                "Value is not allowed here",
                format!("{text:?} is not one of: {list}."),
            );
            if let Some(close) = closest(text, words.iter().copied()) {
                diagnostic = diagnostic.hint(format!("Did you mean {close:?}?"));
            }
            diagnostic
        })
    })
}

/// A set of which each is one of a fixed set of words.
#[must_use]
pub fn each_one_of(words: &'static [&'static str]) -> Validator {
    let one = one_of(words);
    let description = format!("must hold nothing but {}", words.join(", "));
    Validator::new(description, move |path, value| {
        let Value::Set(set) = value else {
            return Diagnostics::new();
        };
        set.iter().flat_map(|item| one.check(path, item)).collect()
    })
}

/// A duration above zero, such as `30m`.
#[must_use]
pub fn duration() -> Validator {
    Validator::text("must be a duration such as 30m", |text| {
        parse_duration(text)
            .err()
            .map(|reason| Diagnostic::error("Invalid duration", format!("{text:?} {reason}.")))
    })
}

/// Reads a duration in the form Terraform users know: `90s`, `1h30m`, `1.5h`.
///
/// # Errors
/// The reason, as the end of a sentence that begins with the text.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const FORM: &str = "write it with units, for example 90s, 30m or 1h30m";
    let span: jiff::SignedDuration = text
        .trim()
        .parse()
        .map_err(|_| format!("is not a duration: {FORM}"))?;
    let duration =
        Duration::try_from(span).map_err(|_| "is negative: a duration runs forwards".to_owned())?;
    if duration.is_zero() {
        return Err(format!("is no time at all: {FORM}"));
    }
    Ok(duration)
}

/// A point in time as RFC 3339 writes it, such as `2026-10-02T08:00:00Z`.
#[must_use]
pub fn timestamp() -> Validator {
    Validator::text("must be a time such as 2026-10-02T08:00:00Z", |text| {
        text.parse::<jiff::Timestamp>().is_err().then(|| {
            Diagnostic::error(
                "Invalid time",
                format!(
                    "{text:?} is not a point in time: write it as RFC 3339 does, with an offset, for \
                     example 2026-10-02T08:00:00Z or 2026-10-02T10:00:00+02:00."
                ),
            )
        })
    })
}

/// A whole number from `min` to `max`.
#[must_use]
pub fn whole_number(min: i64, max: i64) -> Validator {
    Validator::new(
        format!("must be a whole number from {min} to {max}"),
        move |path, value| {
            let Value::Number(number) = value else {
                return crate::framework::diag::Diagnostics::new();
            };
            match number.to_i64() {
                Some(number) if (min..=max).contains(&number) => {
                    crate::framework::diag::Diagnostics::new()
                }
                _ => Diagnostic::error(
                    "Number out of range",
                    format!("{number} is not a whole number from {min} to {max}."),
                )
                .at(path.clone())
                .into(),
            }
        },
    )
}

/// A number above zero.
#[must_use]
pub fn positive_number() -> Validator {
    Validator::new("must be above zero", |path, value| {
        let fine = match value {
            Value::Number(number) => number.to_f64() > 0.0 && number.to_f64().is_finite(),
            _ => true,
        };
        if fine {
            return crate::framework::diag::Diagnostics::new();
        }
        Diagnostic::error("Number out of range", "The value must be above zero.")
            .at(path.clone())
            .into()
    })
}

/// The candidate most like `text`, if one is alike at all.
pub fn closest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            let likeness = if lower.contains(&text) && text.len() >= 3 {
                0.9
            } else {
                strsim::jaro_winkler(&text, &lower)
            };
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::path::Path;

    fn messages(validator: &Validator, value: impl Into<Value>) -> String {
        validator
            .check(&Path::of("argument"), &value.into())
            .iter()
            .map(|diagnostic| {
                format!(
                    "{} [{}]: {}\n",
                    diagnostic.summary,
                    diagnostic.path.clone().unwrap_or_default(),
                    diagnostic.full_detail()
                )
            })
            .collect()
    }

    #[test]
    fn durations_are_read_as_terraform_users_write_them() {
        for (text, seconds) in [
            ("90s", 90),
            ("30m", 1_800),
            ("1h30m", 5_400),
            ("1.5h", 5_400),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        insta::assert_snapshot!(messages(&duration(), "soon"), @r#"Invalid duration [argument]: "soon" is not a duration: write it with units, for example 90s, 30m or 1h30m."#);
        insta::assert_snapshot!(messages(&duration(), "0s"), @r#"Invalid duration [argument]: "0s" is no time at all: write it with units, for example 90s, 30m or 1h30m."#);
        insta::assert_snapshot!(messages(&duration(), "-5m"), @r#"Invalid duration [argument]: "-5m" is negative: a duration runs forwards."#);
    }

    #[test]
    fn messages_say_what_is_allowed() {
        insta::assert_snapshot!(messages(&length(1, 3), "four"), @"Text of the wrong length [argument]: The value has 4 characters; allowed are 1 to 3.");
        insta::assert_snapshot!(messages(&not_blank(), "  "), @"Blank value [argument]: The value must not be empty or consist of blanks.");
        insta::assert_snapshot!(messages(&without_blanks(), "a b"), @"Blank in a value [argument]: The value must not contain spaces, tabs or line breaks.");
        insta::assert_snapshot!(messages(&one_of(&["dev", "prod"]), "produ"), @r#"
        Value is not allowed here [argument]: "produ" is not one of: dev, prod.

        Did you mean "prod"?
        "#);
        insta::assert_snapshot!(messages(&whole_number(0, 20), 21), @"Number out of range [argument]: 21 is not a whole number from 0 to 20.");
        insta::assert_snapshot!(messages(&positive_number(), 0), @"Number out of range [argument]: The value must be above zero.");
        assert_eq!(messages(&length(1, 3), "two"), "");
    }

    #[test]
    fn what_is_alike_is_found() {
        let regions = [
            "Belgium, Europe (europe-west1)",
            "Iowa, North America (us-central1)",
        ];
        assert_eq!(closest("belgium", regions), Some(regions[0]));
        assert_eq!(closest("us-central1", regions), Some(regions[1]));
        assert_eq!(closest("xyz", regions), None);
    }
}
