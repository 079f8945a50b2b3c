//! Faults as people write them on a command line, and whether what a rule names is there at all.
//! Only reads; what the words mean is said in the README, once, and tested against this.

use std::str::FromStr;

use crate::{
    contract::contract,
    faults::{Fault, FaultAnswer, FaultBody, FaultRule, RetryAfter},
};

const FORM: &str = "OPERATION=KIND[,OPTION]…, such as CreateCluster=503,times=2";
const KINDS: &str = "a status from 200 to 599, reset, slow, hold, truncated-json, cut-off-body, \
                     empty-body, body-on-no-content, revoke-token";
const OPTIONS: &str = "times=N, times=all, skip=N, path=TEXT";

impl FaultRule {
    /// Finds what no request can ever meet.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.operation != "*" && contract().operation(&self.operation).is_none() {
            let known: Vec<&str> = contract().operation_ids().collect();
            let wish = self.operation.to_lowercase();
            let meant = known.iter().find(|known| known.to_lowercase() == wish);
            let hint = meant.map_or(String::new(), |meant| format!(" Is it `{meant}`?"));
            return Err(format!(
                "There is no operation `{}`.{hint} Known are: {}, and * for all.",
                self.operation,
                known.join(", ")
            ));
        }
        match &self.fault {
            Fault::Answer(FaultAnswer { status, .. }) if !(200..600).contains(status) => Err(
                format!("An answer has a status from 200 to 599, and not {status}."),
            ),
            _ => Ok(()),
        }
    }
}

/// The short form, `CreateCluster=503,times=2`, or the JSON that the control surface takes.
impl FromStr for FaultRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = if text.trim_start().starts_with('{') {
            serde_json::from_str(text)
                .map_err(|error| format!("It is no rule in JSON: {error}."))?
        } else {
            short(text)?
        };
        rule.check()?;
        Ok(rule)
    }
}

/// What stands behind the kind, taken one by one, so that what is left over was for nothing.
struct Words<'a> {
    kind: &'a str,
    left: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.left.len();
        self.left.retain(|word| *word != name);
        self.left.len() < before
    }

    fn value(&mut self, name: &str) -> Option<&'a str> {
        let of_it = |word: &&'a str| word.strip_prefix(name)?.strip_prefix('=');
        let found = self.left.iter().find_map(of_it);
        self.left.retain(|word| of_it(word).is_none());
        found
    }

    fn number(&mut self, name: &str) -> Result<Option<u64>, String> {
        self.value(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| format!("`{name}={text}` takes a whole number."))
            })
            .transpose()
    }
}

fn short(text: &str) -> Result<FaultRule, String> {
    let (operation, rest) = text
        .split_once('=')
        .ok_or_else(|| format!("Expected {FORM}."))?;
    let mut parts = rest.split(',').map(str::trim);
    let mut words = Words {
        kind: parts.next().unwrap_or_default(),
        left: parts.collect(),
    };
    let times = match words.value("times") {
        None => Some(1),
        Some("all") => None,
        Some(number) => Some(
            number
                .parse()
                .map_err(|_| format!("`times={number}` takes a whole number, or all."))?,
        ),
    };
    let rule = FaultRule {
        operation: operation.trim().to_owned(),
        path_contains: words.value("path").map(str::to_owned),
        skip: words.number("skip")?.unwrap_or(0),
        times,
        fault: fault(&mut words)?,
    };
    match words.left.first() {
        None => Ok(rule),
        Some(word) => Err(format!(
            "`{}` takes no `{word}`. Every kind takes {OPTIONS}{}.",
            words.kind,
            own_options(words.kind)
        )),
    }
}

fn fault(words: &mut Words<'_>) -> Result<Fault, String> {
    Ok(match words.kind {
        "reset" => Fault::Reset {
            after_commit: words.flag("after-commit"),
        },
        "slow" => Fault::Slow {
            milliseconds: words
                .number("milliseconds")?
                .ok_or("`slow` needs `milliseconds=N`.")?,
            after_commit: words.flag("after-commit"),
        },
        "hold" => Fault::Hold {
            after_commit: words.flag("after-commit"),
        },
        "truncated-json" => Fault::TruncatedJson,
        "cut-off-body" => Fault::CutOffBody,
        "empty-body" => Fault::EmptyBody,
        "body-on-no-content" => Fault::BodyOnNoContent,
        "revoke-token" => Fault::RevokeToken,
        kind => Fault::Answer(FaultAnswer {
            status: kind
                .parse()
                .map_err(|_| format!("There is no fault `{kind}`. The kinds are: {KINDS}."))?,
            body: if words.flag("html") {
                FaultBody::Html
            } else if words.flag("empty") {
                FaultBody::Empty
            } else {
                FaultBody::Usual
            },
            retry_after: words.number("retry-after")?.map(RetryAfter::Seconds),
            after_commit: words.flag("after-commit"),
        }),
    })
}

fn own_options(kind: &str) -> &'static str {
    match kind {
        "reset" | "hold" => "; this one takes after-commit, too",
        "slow" => "; this one takes milliseconds=N and after-commit, too",
        _ if kind.parse::<u16>().is_ok() => {
            "; a status takes html, empty, retry-after=SECONDS and after-commit, too"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn read(text: &str) -> FaultRule {
        text.parse()
            .unwrap_or_else(|problem| panic!("{text}: {problem}"))
    }

    #[test]
    fn the_short_form_says_what_the_long_one_says() {
        for (text, fault) in [
            ("GetCluster=503", Fault::status(503)),
            ("GetCluster=502,html", Fault::html(502)),
            (
                "IssueToken=429,retry-after=2",
                Fault::too_many_requests(RetryAfter::Seconds(2)),
            ),
            (
                "CreateCluster=429,after-commit",
                Fault::too_many_requests_after_commit(),
            ),
            ("*=reset", Fault::reset()),
            ("CreateCluster=reset,after-commit", Fault::lost_answer()),
            (
                "GetClusters=slow,milliseconds=5",
                Fault::slow(Duration::from_millis(5)),
            ),
            ("GetClusters=hold,after-commit", Fault::held_answer()),
            ("GetClusters=truncated-json", Fault::TruncatedJson),
            ("GetClusters=cut-off-body", Fault::CutOffBody),
            ("GetClusters=empty-body", Fault::EmptyBody),
            ("DeleteCluster=body-on-no-content", Fault::BodyOnNoContent),
            ("GetClusters=revoke-token", Fault::RevokeToken),
        ] {
            let rule = read(text);
            assert_eq!(rule.fault, fault, "{text}");
            assert_eq!((rule.skip, rule.times), (0, Some(1)), "{text}");
        }
        let rule = read("GetCluster=500, times=3, skip=2, path=/clusters/b");
        assert_eq!((rule.skip, rule.times), (2, Some(3)));
        assert_eq!(rule.path_contains.as_deref(), Some("/clusters/b"));
        assert_eq!(read("*=503,times=all").times, None);
        let rule =
            read(r#"{"operation": "GetCluster", "times": 2, "fault": {"omit": ["encryption"]}}"#);
        assert_eq!(rule.fault, Fault::Omit(vec!["encryption".to_owned()]));
        assert_eq!(rule.times, Some(2));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let problems: Vec<String> = [
            "CreateCluster",
            "createcluster=503",
            "Frobnicate=503",
            "CreateCluster=explode",
            "CreateCluster=99",
            "CreateCluster=503,twice",
            "CreateCluster=reset,html",
            "CreateCluster=truncated-json,html",
            "CreateCluster=slow",
            "CreateCluster=slow,milliseconds=long",
            "CreateCluster=503,times=often",
            r#"{"operation": "CreateCluster"}"#,
        ]
        .into_iter()
        .map(|text| {
            let problem = text.parse::<FaultRule>().expect_err(text);
            // The list of operations is long, and is tested by its ends.
            let problem = match problem.split_once("Known are: ") {
                Some((start, list)) => {
                    assert!(list.contains("IssueToken") && list.ends_with(", and * for all."));
                    format!("{start}Known are: …")
                }
                None => problem,
            };
            format!("{text}\n  {problem}")
        })
        .collect();
        insta::assert_snapshot!(problems.join("\n"), @r#"
        CreateCluster
          Expected OPERATION=KIND[,OPTION]…, such as CreateCluster=503,times=2.
        createcluster=503
          There is no operation `createcluster`. Is it `CreateCluster`? Known are: …
        Frobnicate=503
          There is no operation `Frobnicate`. Known are: …
        CreateCluster=explode
          There is no fault `explode`. The kinds are: a status from 200 to 599, reset, slow, hold, truncated-json, cut-off-body, empty-body, body-on-no-content, revoke-token.
        CreateCluster=99
          An answer has a status from 200 to 599, and not 99.
        CreateCluster=503,twice
          `503` takes no `twice`. Every kind takes times=N, times=all, skip=N, path=TEXT; a status takes html, empty, retry-after=SECONDS and after-commit, too.
        CreateCluster=reset,html
          `reset` takes no `html`. Every kind takes times=N, times=all, skip=N, path=TEXT; this one takes after-commit, too.
        CreateCluster=truncated-json,html
          `truncated-json` takes no `html`. Every kind takes times=N, times=all, skip=N, path=TEXT.
        CreateCluster=slow
          `slow` needs `milliseconds=N`.
        CreateCluster=slow,milliseconds=long
          `milliseconds=long` takes a whole number.
        CreateCluster=503,times=often
          `times=often` takes a whole number, or all.
        {"operation": "CreateCluster"}
          It is no rule in JSON: missing field `fault` at line 1 column 30.
        "#);
    }
}
