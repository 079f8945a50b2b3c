//! Random cases that shrink: a case is a row of numbers, and what is made of it is up to the test.
//!
//! A generator asks [`Choices`] for numbers below a bound and builds whatever it likes from them, with
//! the simplest thing for 0. A case that fails is made again with fewer and smaller numbers until
//! nothing simpler fails. Numbers are made when they are asked for, so that a case costs what it uses:
//! a hundred thousand of them fit into the time of an ordinary test.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The numbers of one case.
#[derive(Debug)]
pub struct Choices {
    source: Source,
    taken: Vec<u32>,
}

#[derive(Debug)]
enum Source {
    Random(fastrand::Rng),
    /// Told, and 0 after the end.
    Told(Vec<u32>),
}

impl Choices {
    /// Numbers from a seed.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        Self {
            source: Source::Random(fastrand::Rng::with_seed(seed)),
            taken: Vec::new(),
        }
    }

    /// These numbers, and 0 after them.
    #[must_use]
    pub fn told(numbers: Vec<u32>) -> Self {
        Self {
            source: Source::Told(numbers),
            taken: Vec::new(),
        }
    }

    /// A number below `bound`; 0 where there is nothing to choose.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound <= 1 {
            return 0;
        }
        let bound = u32::try_from(bound).unwrap_or(u32::MAX);
        let number = match &mut self.source {
            Source::Random(rng) => rng.u32(..bound),
            Source::Told(numbers) => numbers.get(self.taken.len()).map_or(0, |n| n % bound),
        };
        self.taken.push(number);
        number as usize
    }

    /// True once in so many times; false is the simpler answer.
    pub fn once_in(&mut self, times: usize) -> bool {
        // The last number, so that 0 is false.
        times <= 1 || self.below(times) == times - 1
    }

    /// One of these; the first is the simplest.
    ///
    /// # Panics
    /// There is none to choose.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// How many cases and from which seed.
#[derive(Debug, Clone, Copy)]
pub struct Cases {
    /// How many.
    pub count: u64,
    /// The first seed. The same cases in every run: what fails, fails again.
    pub seed: u64,
    /// How often to try simpler cases after a failure.
    pub simpler: u32,
}

/// Runs a test on many cases, on all processors.
///
/// # Errors
/// The simplest case that fails, and how it does.
pub fn check(
    cases: Cases,
    test: impl Fn(&mut Choices) -> Result<(), String> + Sync,
) -> Result<(), String> {
    let run = |choices: &mut Choices| -> Result<(), String> {
        let caught = catch_unwind(AssertUnwindSafe(|| test(choices)));
        caught.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(format!("a panic: {}", text.unwrap_or("of something else")))
        })
    };
    let next = std::sync::atomic::AtomicU64::new(0);
    let found = std::sync::Mutex::new(None);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                use std::sync::atomic::Ordering::Relaxed;
                loop {
                    let case = next.fetch_add(1, Relaxed);
                    if case >= cases.count {
                        return;
                    }
                    let mut choices = Choices::random(cases.seed.wrapping_add(case));
                    if let Err(error) = run(&mut choices) {
                        next.store(cases.count, Relaxed);
                        let mut found = found
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner);
                        found.get_or_insert((case, choices.taken, error));
                    }
                }
            });
        }
    });
    let found = found
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some((case, numbers, error)) = found else {
        return Ok(());
    };
    let (numbers, error) = simplest(numbers, error, cases.simpler, &run);
    let seed = cases.seed.wrapping_add(case);
    Err(format!("seed {seed}, choices {numbers:?}:\n{error}"))
}

/// Makes a failing case simpler as long as it fails.
fn simplest(
    mut numbers: Vec<u32>,
    mut error: String,
    mut tries: u32,
    run: &dyn Fn(&mut Choices) -> Result<(), String>,
) -> (Vec<u32>, String) {
    let is_simpler = |a: &[u32], b: &[u32]| (a.len(), a) < (b.len(), b);
    let mut attempt = |candidate: Vec<u32>, numbers: &mut Vec<u32>| -> bool {
        if tries == 0 {
            return false;
        }
        tries -= 1;
        let mut choices = Choices::told(candidate);
        match run(&mut choices) {
            Err(worse) if is_simpler(&choices.taken, numbers) => {
                *numbers = choices.taken;
                error = worse;
                true
            }
            _ => false,
        }
    };
    loop {
        let mut has_changed = false;
        // Leave out ever smaller parts, from the end.
        let mut size = numbers.len() / 2;
        while size > 0 {
            let mut start = numbers.len().saturating_sub(size);
            loop {
                let end = (start + size).min(numbers.len());
                let shorter = [&numbers[..start.min(end)], &numbers[end..]].concat();
                has_changed |= attempt(shorter, &mut numbers);
                if start == 0 {
                    break;
                }
                start = start.saturating_sub(size).min(numbers.len());
            }
            size /= 2;
        }
        for index in (0..numbers.len()).rev() {
            let mut smaller = |number: u32, numbers: &mut Vec<u32>| {
                let mut candidate = numbers.clone();
                match candidate.get_mut(index) {
                    Some(place) if *place > number => *place = number,
                    _ => return false,
                }
                attempt(candidate, numbers)
            };
            let current = numbers.get(index).copied().unwrap_or(0);
            has_changed |= smaller(0, &mut numbers)
                || smaller(current / 2, &mut numbers)
                || smaller(current.saturating_sub(1), &mut numbers);
        }
        if !has_changed {
            return (numbers, error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(test: impl Fn(&mut Choices) -> Result<(), String> + Sync) -> String {
        let cases = Cases {
            count: 1_000,
            seed: 1,
            simpler: 1_000,
        };
        check(cases, test).expect_err("a failure")
    }

    #[test]
    fn the_simplest_failing_case_is_told() {
        let told = failure(|choices| {
            let list: Vec<usize> = (0..choices.below(20)).map(|_| choices.below(100)).collect();
            if list.iter().any(|number| *number > 41) {
                return Err(format!("{list:?}"));
            }
            Ok(())
        });
        assert!(told.ends_with("choices [1, 42]:\n[42]"), "{told}");
    }

    #[test]
    fn a_panic_is_a_failure() {
        let told = failure(|choices| {
            assert!(!choices.once_in(3), "once in three");
            Ok(())
        });
        assert!(told.ends_with("a panic: once in three"), "{told}");
    }

    #[test]
    fn the_same_seed_makes_the_same_case() {
        let numbers = |seed| {
            let mut choices = Choices::random(seed);
            [(); 8].map(|()| choices.below(1000))
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }
}
