//! The life of an object, the same for all: created, changed, replaced, imported in three ways, deleted
//! behind the provider's back, destroyed; with an empty plan after every step, and a look at the service
//! at every end. Knows nothing of single objects.

use serde_json::Value;

use crate::live::{Live, SHOWN_WITHIN};
use crate::support::{Action, Capability, Run, run};

/// What the API answers where the plan or the permissions lack something, as the provider words it; and
/// what the provider makes of an allowlist that is not in the answer.
const REFUSED: [&str; 2] = ["answered 403 Forbidden", "plan lacks the feature"];

/// One step, with the whole configuration.
pub(crate) enum Step {
    /// Changes exactly these attributes in place, computed ones apart.
    Update(String, &'static [&'static str]),
    /// Makes another object.
    Replace(String),
    /// Would make another object, which takes too long or costs too much here.
    PlanReplace(String),
}

/// An object and what happens to it.
pub(crate) struct Life<'a> {
    pub(crate) address: &'a str,
    /// What it is created with.
    pub(crate) first: String,
    pub(crate) steps: Vec<Step>,
    /// Of what the state has.
    pub(crate) import_id: &'a dyn Fn(&Value) -> String,
    /// What is in the `identity` of an `import` block.
    pub(crate) identity: &'a dyn Fn(&Value) -> String,
    /// Whether the service has it.
    pub(crate) exists: &'a dyn Fn(&Value) -> bool,
    /// Deletes it, as people do in the Console.
    pub(crate) delete: &'a dyn Fn(&Value),
    /// What is planned after that: an empty list is still a list.
    pub(crate) missed: Action,
    /// Whether that is carried out, too.
    pub(crate) comes_back: bool,
}

impl Life<'_> {
    /// Lives it. `false` if the organisation does not offer that, which is noted.
    pub(crate) fn lead(&self, live: &Live) -> bool {
        let workspace = &live.workspace;
        workspace.write_main(&self.first);
        let plan = workspace.planned(&[]);
        assert_eq!(plan.change(self.address).action, Action::Create, "{plan}");
        let created = workspace.apply(&[]);
        if skipped(live, self.address, &created) {
            return false;
        }
        created.expect_success();
        self.assert_there(live);
        live.assert_settled();

        let mut current = self.first.as_str();
        for step in &self.steps {
            match step {
                Step::Update(text, expected) => {
                    current = text;
                    workspace.write_main(current);
                    let plan = workspace.planned(&[]);
                    let change = plan.change(self.address);
                    assert_eq!(change.action, Action::Update, "{plan}");
                    for attribute in *expected {
                        assert!(
                            change.attributes.contains(*attribute),
                            "{attribute}: {plan}"
                        );
                    }
                    workspace.apply(&[]).expect_success();
                }
                Step::Replace(text) => {
                    current = text;
                    let before = workspace.attributes(self.address);
                    workspace.write_main(current);
                    let plan = workspace.planned(&[]);
                    let change = plan.change(self.address);
                    assert_eq!(change.action, Action::Replace, "{plan}");
                    workspace.apply(&[]).expect_success();
                    self.assert_gone(live, &before);
                }
                Step::PlanReplace(text) => {
                    workspace.write_main(text);
                    let plan = workspace.planned(&[]);
                    let change = plan.change(self.address);
                    assert_eq!(change.action, Action::Replace, "{plan}");
                    workspace.write_main(current);
                    continue;
                }
            }
            self.assert_there(live);
            live.assert_settled();
        }
        self.import(live, current);
        self.disappear(live);
        let last = self.comes_back.then(|| workspace.attributes(self.address));
        workspace.destroy(&[]).expect_success();
        assert!(workspace.addresses().is_empty());
        if let Some(last) = last {
            self.assert_gone(live, &last);
        }
        true
    }

    fn import(&self, live: &Live, current: &str) {
        let workspace = &live.workspace;
        let state = workspace.attributes(self.address);
        let id = (self.import_id)(&state);
        let forget = || {
            workspace
                .run(&["state", "rm", self.address])
                .expect_success();
        };
        forget();
        workspace.import(self.address, &id).expect_success();
        live.assert_settled();
        forget();
        let block = |inner: &str| {
            let address = self.address;
            workspace.write_main(&format!(
                "{current}\nimport {{\n  to = {address}\n{inner}\n}}\n"
            ));
            let plan = workspace.planned(&[]);
            assert_eq!(plan.to_string(), format!("nothing {address}, imported"));
        };
        block(&format!("  id = {id:?}"));
        if live.can(Capability::Identity, "import by identity") {
            let inner = (self.identity)(&state);
            block(&format!("  identity = {{\n{inner}\n  }}"));
        }
        workspace.apply(&[]).expect_success();
        workspace.write_main(current);
        live.assert_settled();
        self.assert_there(live);
    }

    fn disappear(&self, live: &Live) {
        let workspace = &live.workspace;
        let state = workspace.attributes(self.address);
        (self.delete)(&state);
        self.assert_gone(live, &state);
        let plan = workspace.planned(&[]);
        assert_eq!(plan.change(self.address).action, self.missed, "{plan}");
        if self.comes_back {
            workspace.apply(&[]).expect_success();
            self.assert_there(live);
            live.assert_settled();
        }
    }

    #[track_caller]
    fn assert_there(&self, live: &Live) {
        let state = live.workspace.attributes(self.address);
        let there = || (self.exists)(&state).then_some(());
        let shown = live.organisation.eventually(SHOWN_WITHIN, there);
        assert!(shown.is_some(), "{} is in the state alone", self.address);
    }

    #[track_caller]
    fn assert_gone(&self, live: &Live, state: &Value) {
        let gone = || (!(self.exists)(state)).then_some(());
        let shown = live.organisation.eventually(SHOWN_WITHIN, gone);
        assert!(shown.is_some(), "{} is still there", self.address);
    }
}

/// Whether a command was refused because the organisation's plan or the credentials lack something.
/// That is noted with the provider's own words.
pub(crate) fn skipped(live: &Live, what: &str, command: &Run) -> bool {
    let refused = !command.status.success() && REFUSED.iter().any(|words| command.says(words));
    if refused {
        live.skip(what, &why(&run::unfold(&command.stderr)));
    }
    refused
}

/// Of a message: what has failed, and the paragraph with what was answered.
fn why(said: &str) -> String {
    let of_note = |paragraph: &&str| {
        paragraph.starts_with("Error: ") || REFUSED.iter().any(|words| paragraph.contains(words))
    };
    let paragraphs: Vec<&str> = said.split("\n\n").filter(of_note).take(2).collect();
    let text = paragraphs.join(". ");
    text.trim_start_matches("Error: ").to_owned()
}
