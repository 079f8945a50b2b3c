//! Cron texts: what can be told of them without the service. When they run next is not our business.

use std::collections::BTreeSet;

use crate::framework::diag::Diagnostic;
use crate::framework::schema::Validator;

/// The least time between two runs, in minutes.
const FINEST: u32 = 15;

/// What a field may hold.
struct Kind {
    name: &'static str,
    first: u32,
    last: u32,
    /// Names that stand for numbers, the first for `first`.
    words: &'static [&'static str],
}

const KINDS: [Kind; 5] = [
    Kind {
        name: "minute",
        first: 0,
        last: 59,
        words: &[],
    },
    Kind {
        name: "hour",
        first: 0,
        last: 23,
        words: &[],
    },
    Kind {
        name: "day of the month",
        first: 1,
        last: 31,
        words: &[],
    },
    Kind {
        name: "month",
        first: 1,
        last: 12,
        words: &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
    },
    Kind {
        name: "day of the week",
        first: 0,
        last: 7,
        words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    },
];

/// The text with single blanks, which mean the same.
pub(super) fn plain(text: &str) -> String {
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.join(" ")
}

/// A cron text of five fields that runs every 15 minutes at most.
pub(super) fn validator() -> Validator {
    Validator::text(
        "must be a cron text of five fields, every 15 minutes at most",
        |text| {
            check(text)
                .err()
                .map(|(summary, detail)| Diagnostic::error(summary, detail))
        },
    )
}

/// What is wrong with a text: summary and detail.
fn check(text: &str) -> Result<(), (&'static str, String)> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != KINDS.len() {
        let found = match fields.len() {
            0 => "no field".to_owned(),
            1 => "one field".to_owned(),
            count => format!("{count} fields"),
        };
        return Err((
            "Not a cron text of five fields",
            format!(
                "{text:?} has {found}. Needed are five, with blanks between them: minute, hour, day of \
                 the month, month, day of the week, as in \"0 2 * * *\" for every day at 2 o'clock (UTC)."
            ),
        ));
    }
    let mut sets = Vec::new();
    for (field, kind) in fields.iter().zip(&KINDS) {
        let values = values(field, kind).map_err(|reason| {
            (
                "Invalid field of a cron text",
                format!(
                    "In {text:?} the field for the {}, {field:?}, {reason}.",
                    kind.name
                ),
            )
        })?;
        sets.push(values);
    }
    let every_day = fields[2..]
        .iter()
        .all(|field| *field == "*" || *field == "?");
    if is_too_frequent(&sets[0], &sets[1], every_day) {
        return Err((
            "Backups are too frequent",
            format!(
                "{text:?} runs more often than every {FINEST} minutes, which is the most there is."
            ),
        ));
    }
    Ok(())
}

/// Whether two runs come too soon after each other. Days that do not follow each other for sure are
/// left to the service.
fn is_too_frequent(minutes: &BTreeSet<u32>, hours: &BTreeSet<u32>, every_day: bool) -> bool {
    let mut neighbours = minutes.iter().zip(minutes.iter().skip(1));
    if neighbours.any(|(one, next)| next - one < FINEST) {
        return true;
    }
    let (Some(first), Some(last)) = (minutes.first(), minutes.last()) else {
        return false;
    };
    let hour_follows = hours.iter().any(|hour| hours.contains(&(hour + 1)))
        || (every_day && hours.contains(&23) && hours.contains(&0));
    hour_follows && 60 - last + first < FINEST
}

/// The numbers that a field stands for, or what is wrong with it, as the end of a sentence.
fn values(field: &str, kind: &Kind) -> Result<BTreeSet<u32>, String> {
    let mut values = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let step = match step {
            Some(step) => match step.parse::<u32>() {
                Ok(step) if step > 0 => Some(step),
                _ => {
                    return Err(format!(
                        "has the step {step:?}, which is no number above zero"
                    ));
                }
            },
            None => None,
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (kind.first, kind.last),
            Some((from, to)) => (number(from, kind)?, number(to, kind)?),
            None => {
                let from = number(range, kind)?;
                // With a step, one number means: from there on.
                (from, if step.is_some() { kind.last } else { from })
            }
        };
        if from > to {
            return Err(format!(
                "has the range {range:?}, which ends before it begins"
            ));
        }
        values.extend((from..=to).step_by(step.unwrap_or(1) as usize));
    }
    Ok(values)
}

fn number(text: &str, kind: &Kind) -> Result<u32, String> {
    let Kind {
        first, last, words, ..
    } = kind;
    if let Some(place) = words
        .iter()
        .position(|word| word.eq_ignore_ascii_case(text))
    {
        return Ok(first + u32::try_from(place).unwrap_or_default());
    }
    let names = match (words.first(), words.last()) {
        (Some(one), Some(other)) => format!(" or a name from {one} to {other}"),
        _ => String::new(),
    };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<u32>()
        .ok()
        .filter(|number| digits && (*first..=*last).contains(number))
        .ok_or_else(|| format!("has {text:?}, which is no number from {first} to {last}{names}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let (summary, detail) = check(text).unwrap_err();
        format!("{summary}: {detail}")
    }

    #[test]
    fn what_runs_is_fine() {
        for text in [
            "0 2 * * *",
            "*/15 * * * *",
            "0,15,30,45 * * * *",
            "  0   2 * *\t* ",
            "30 1-5/2 1,15 JAN-jun mon-FRI",
            "0 0 ? * 7",
            "5/20 8 * * *",
            "0,50 2,4 * * *",
            "0,50 0,23 * * 1",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_the_field() {
        insta::assert_snapshot!(
            [
                "",
                "@daily",
                "0 2 * *",
                "0 0 2 * * *",
                "60 2 * * *",
                "0 24 * * *",
                "0 2 0 * *",
                "0 2 * 13 *",
                "0 2 * * 8",
                "0 2 * * MONDAY",
                "*/0 2 * * *",
                "0 5-2 * * *",
                "+1 2 * * *",
                "0, 2 * * *",
                "*/10 * * * *",
                "* 2 * * *",
                "0,50 2,3 * * *",
                "0,50 0,23 * * *",
            ]
            .map(wrong)
            .join("\n"),
            @r#"
        Not a cron text of five fields: "" has no field. Needed are five, with blanks between them: minute, hour, day of the month, month, day of the week, as in "0 2 * * *" for every day at 2 o'clock (UTC).
        Not a cron text of five fields: "@daily" has one field. Needed are five, with blanks between them: minute, hour, day of the month, month, day of the week, as in "0 2 * * *" for every day at 2 o'clock (UTC).
        Not a cron text of five fields: "0 2 * *" has 4 fields. Needed are five, with blanks between them: minute, hour, day of the month, month, day of the week, as in "0 2 * * *" for every day at 2 o'clock (UTC).
        Not a cron text of five fields: "0 0 2 * * *" has 6 fields. Needed are five, with blanks between them: minute, hour, day of the month, month, day of the week, as in "0 2 * * *" for every day at 2 o'clock (UTC).
        Invalid field of a cron text: In "60 2 * * *" the field for the minute, "60", has "60", which is no number from 0 to 59.
        Invalid field of a cron text: In "0 24 * * *" the field for the hour, "24", has "24", which is no number from 0 to 23.
        Invalid field of a cron text: In "0 2 0 * *" the field for the day of the month, "0", has "0", which is no number from 1 to 31.
        Invalid field of a cron text: In "0 2 * 13 *" the field for the month, "13", has "13", which is no number from 1 to 12 or a name from JAN to DEC.
        Invalid field of a cron text: In "0 2 * * 8" the field for the day of the week, "8", has "8", which is no number from 0 to 7 or a name from SUN to SAT.
        Invalid field of a cron text: In "0 2 * * MONDAY" the field for the day of the week, "MONDAY", has "MONDAY", which is no number from 0 to 7 or a name from SUN to SAT.
        Invalid field of a cron text: In "*/0 2 * * *" the field for the minute, "*/0", has the step "0", which is no number above zero.
        Invalid field of a cron text: In "0 5-2 * * *" the field for the hour, "5-2", has the range "5-2", which ends before it begins.
        Invalid field of a cron text: In "+1 2 * * *" the field for the minute, "+1", has "+1", which is no number from 0 to 59.
        Invalid field of a cron text: In "0, 2 * * *" the field for the minute, "0,", has "", which is no number from 0 to 59.
        Backups are too frequent: "*/10 * * * *" runs more often than every 15 minutes, which is the most there is.
        Backups are too frequent: "* 2 * * *" runs more often than every 15 minutes, which is the most there is.
        Backups are too frequent: "0,50 2,3 * * *" runs more often than every 15 minutes, which is the most there is.
        Backups are too frequent: "0,50 0,23 * * *" runs more often than every 15 minutes, which is the most there is.
        "#
        );
    }

    #[test]
    fn blanks_do_not_matter() {
        assert_eq!(plain(" 0  2 * *\t* "), "0 2 * * *");
    }
}
