//! Five-field cron texts in UTC. Knows nothing of backups.

use std::{collections::BTreeSet, time::Duration};

use jiff::{Timestamp, Unit, civil::Weekday, tz::Offset};

use crate::clock::later;

/// The least time between two runs.
const FINEST_MINUTES: u32 = 15;

/// How far ahead the next run is looked for, in days: past the longest gap between two leap days.
const HORIZON_DAYS: u32 = 366 * 8 + 2;

/// When something runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: BTreeSet<u32>,
    months: BTreeSet<u32>,
    weekdays: BTreeSet<u32>,
    any_day: bool,
    any_weekday: bool,
}

impl Cron {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(format!("`{text}` does not have five fields."));
        };
        let weekdays = field(weekday, 0, 7)?;
        let cron = Self {
            minutes: field(minute, 0, 59)?,
            hours: field(hour, 0, 23)?,
            days: field(day, 1, 31)?,
            months: field(month, 1, 12)?,
            // Sunday has two numbers.
            weekdays: weekdays.into_iter().map(|number| number % 7).collect(),
            any_day: day.starts_with('*'),
            any_weekday: weekday.starts_with('*'),
        };
        if cron.is_too_frequent() {
            return Err(format!(
                "`{text}` runs more often than every {FINEST_MINUTES} minutes."
            ));
        }
        Ok(cron)
    }

    fn is_too_frequent(&self) -> bool {
        let mut gaps = self.minutes.iter().zip(self.minutes.iter().skip(1));
        let within = gaps.any(|(one, next)| next - one < FINEST_MINUTES);
        let across = match (self.minutes.first(), self.minutes.last()) {
            (Some(first), Some(last)) => 60 - last + first < FINEST_MINUTES,
            _ => false,
        };
        let neighbours = |hour: &u32| self.hours.contains(&((hour + 1) % 24));
        within || (across && self.hours.iter().any(neighbours))
    }

    /// The first run after `time`.
    pub(super) fn next(&self, time: Timestamp) -> Option<Timestamp> {
        let minute = time.round(Unit::Minute).unwrap_or(time);
        let start = if minute > time {
            minute
        } else {
            later(minute, Duration::from_secs(60))
        };
        let first = Offset::UTC.to_datetime(start);
        let mut date = first.date();
        for _ in 0..HORIZON_DAYS {
            if self.matches(date) {
                for hour in &self.hours {
                    for minute in &self.minutes {
                        let (hour, minute) = (*hour as i8, *minute as i8);
                        let candidate = date.at(hour, minute, 0, 0);
                        if candidate >= first {
                            return Offset::UTC.to_timestamp(candidate).ok();
                        }
                    }
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn matches(&self, date: jiff::civil::Date) -> bool {
        let day = self.days.contains(&u32::from(date.day().unsigned_abs()));
        let number = Weekday::to_sunday_zero_offset(date.weekday());
        let weekday = self.weekdays.contains(&u32::from(number.unsigned_abs()));
        // Days of the month and of the week add up where both are restricted.
        let fits = if self.any_day || self.any_weekday {
            day && weekday
        } else {
            day || weekday
        };
        fits && self
            .months
            .contains(&u32::from(date.month().unsigned_abs()))
    }
}

fn field(text: &str, first: u32, last: u32) -> Result<BTreeSet<u32>, String> {
    let wrong = || format!("`{text}` is no field of a cron text from {first} to {last}.");
    let number = |text: &str| {
        text.parse::<u32>()
            .ok()
            .filter(|number| (first..=last).contains(number))
            .ok_or_else(wrong)
    };
    let mut all = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|it| *it > 0)),
            None => (part, Some(1)),
        };
        let step: u32 = step.ok_or_else(wrong)?;
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (first, last),
            Some((from, to)) => (number(from)?, number(to)?),
            None if step > 1 => (number(range)?, last),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return Err(wrong());
        }
        all.extend((from..=to).step_by(step as usize));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(cron: &str, after: &str) -> String {
        let time = after.parse().expect("a time");
        let next = Cron::parse(cron).expect("a cron text").next(time);
        next.expect("a run").to_string()
    }

    #[test]
    fn runs_come_when_the_text_says() {
        let start = "2026-10-02T10:00:00Z"; // a Friday
        assert_eq!(next("0 2 * * *", start), "2026-10-03T02:00:00Z");
        assert_eq!(next("*/15 * * * *", start), "2026-10-02T10:15:00Z");
        assert_eq!(
            next("*/15 * * * *", "2026-10-02T10:14:59.5Z"),
            "2026-10-02T10:15:00Z"
        );
        assert_eq!(next("30 1 * * 7", start), "2026-10-04T01:30:00Z");
        assert_eq!(next("0 0 13 * 5", start), "2026-10-09T00:00:00Z");
        assert_eq!(next("0 0 29 2 *", start), "2028-02-29T00:00:00Z");
        assert_eq!(next("0 8-18/4 * 11,12 1-5", start), "2026-11-02T08:00:00Z");
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "0 2 * *",
            "0 2 * * * *",
            "60 * * * *",
            "a 2 * * *",
            "0 5-2 * * *",
            "0/0 * * * *",
            "*/10 * * * *",
            "0,50 * * * *",
            "* 2 * * *",
        ] {
            assert!(Cron::parse(text).is_err(), "{text}");
        }
        assert!(Cron::parse("0,50 2 * * *").is_ok());
        assert!(Cron::parse("0,50 2,4 * * *").is_ok());
        assert!(Cron::parse("0,50 23,0 * * *").is_err());
    }
}
