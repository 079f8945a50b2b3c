//! What a provider did that a core refuses, by the name of the rule.

use std::fmt;

/// Where in an object something is: a chain on the stack, so that walking costs nothing until
/// there is something to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Name(&'a str),
    Index(usize),
    Key(&'a str),
    Element,
}

impl<'a> At<'a> {
    pub(crate) const ROOT: At<'static> = At {
        parent: None,
        step: Step::Root,
    };

    fn step(&'a self, step: Step<'a>) -> At<'a> {
        At {
            parent: Some(self),
            step,
        }
    }

    pub(crate) fn name(&'a self, name: &'a str) -> At<'a> {
        self.step(Step::Name(name))
    }

    pub(crate) fn index(&'a self, index: usize) -> At<'a> {
        self.step(Step::Index(index))
    }

    pub(crate) fn key(&'a self, key: &'a str) -> At<'a> {
        self.step(Step::Key(key))
    }

    pub(crate) fn element(&'a self) -> At<'a> {
        self.step(Step::Element)
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        let is_first = self.parent.is_none_or(|parent| parent.parent.is_none());
        match self.step {
            Step::Root => Ok(()),
            Step::Name(name) if is_first => f.write_str(name),
            Step::Name(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key:?}]"),
            Step::Element => f.write_str("[*]"),
        }
    }
}

/// A rule and how it was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// Where, and what is wrong there.
    pub what: String,
}

impl Violation {
    /// A violation.
    pub fn new(rule: Rule, what: impl Into<String>) -> Self {
        Self {
            rule,
            what: what.into(),
        }
    }

    pub(crate) fn at(rule: Rule, at: &At<'_>, what: impl fmt::Display) -> Self {
        Self::new(rule, format!("{at}: {what}"))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.what)
    }
}

/// Violations as text, one a line.
#[must_use]
pub fn told(violations: &[Violation]) -> String {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Everything a core refuses, and a little more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    // Schemas. A core checks them when it loads a provider and refuses to work with a wrong one.
    /// Every schema has a block; a core crashes on one without.
    SchemaWithoutBlock,
    /// An attribute is required, or optional, or computed, or optional and computed.
    AttributeRole,
    /// An attribute has a type, or nested attributes: one of the two.
    AttributeType,
    /// Nested attributes and blocks occur once, as a list, as a set, as a map; blocks also as a group.
    NestingMode,
    /// No name is used twice in one place.
    NameTwice,
    /// Names of blocks are of lower case letters, digits and underscores.
    BlockName,
    /// A single block is there exactly once or at most once; groups and maps have no bounds; the
    /// lower bound of a list or set is not above the upper one.
    BlockCount,
    /// Nothing in a set brings its own type.
    DynamicInSet,
    /// Nothing in a set is write-only.
    WriteOnlyInSet,
    /// Versions are not negative.
    SchemaVersion,
    /// A message about deprecation belongs to what is deprecated. (Terraform since 1.15.)
    DeprecationMessage,
    /// What identifies an object is required for an import or optional for it: one of the two.
    IdentityRole,
    /// What identifies an object is text, a number, a bool, or a list of such.
    IdentityType,

    // All answers.
    /// A value is of the type that the schema implies.
    Conformance,
    /// Nothing is put off unless the core allows it.
    Deferred,
    /// *Ours:* values are answered in MessagePack. A core takes JSON too, which cannot say unknown.
    Encoding,
    /// *Ours:* a message is an error or a warning and says something.
    Message,

    // Plans: "Provider produced invalid plan".
    /// What is configured is planned to exist, and nothing else.
    PlanPresence,
    /// Blocks that are not configured are an empty collection and not null.
    PlanBlockNull,
    /// Blocks that are unknown in configuration are planned as they are.
    PlanBlockUnknown,
    /// There are as many blocks planned as configured, under the same keys, none wholly unknown.
    PlanBlocks,
    /// Write-only values are null.
    PlanWriteOnly,
    /// What is neither configured nor computed is null.
    PlanNotComputed,
    /// What is configured is planned as configured, or left as it was before.
    PlanNotConfigured,
    /// Nested attributes are planned in the number and under the keys configured.
    PlanElements,
    /// *Ours:* every configured element of a set is planned, and no other. Cores trust providers here,
    /// and only users would see.
    PlanSetElements,
    /// A path that makes a replacement necessary leads somewhere.
    ReplacePath,
    /// A destroy is planned as one.
    PlanDestroy,
    /// An identity is of its type, and unknown only where an object is created.
    PlanIdentity,
    /// *Ours:* exceptions for old SDKs are not asked for.
    LegacyTypeSystem,

    // The plan that is made again before an apply: "Provider produced inconsistent final plan".
    /// The action is the one planned, but an update may turn out to be none.
    FinalAction,
    /// What was planned as known is planned as the same.
    FinalPlan,

    // Results: "Provider produced inconsistent result after apply" and "invalid result object".
    /// There is an object after a create or update.
    ResultMissing,
    /// There is none after a destroy.
    ResultLeft,
    /// Nothing is unknown.
    ResultUnknown,
    /// Write-only values are null.
    ResultWriteOnly,
    /// What was planned as known is there; unknown values are of their type and refinements.
    ResultInconsistent,
    /// *Ours:* blocks that are not there are an empty collection and not null.
    ResultBlockNull,
    /// An identity is known and of its type.
    Identity,
    /// *Ours:* an object with an identity schema has an identity.
    IdentityMissing,
    /// *Ours:* an identity stays the same.
    IdentityChanged,

    // States that are read, upgraded or imported.
    /// Nothing is unknown.
    StateUnknown,
    /// Write-only values are null.
    StateWriteOnly,
    /// An import brings exactly one object of the type that was asked for, and it exists.
    Import,
    /// A stored state is brought to the current schema and does not vanish.
    Upgrade,
    /// *Ours:* a stored state of the current version means what it meant.
    UpgradeChanged,

    // What makes a provider a good one, and what no core looks at.
    /// *Ours:* a plan after an apply changes nothing.
    Unsettled,
}

impl Rule {
    /// What a core says when the rule is broken, as far as it is the same in all of them. Nothing for
    /// the rules that are ours.
    #[must_use]
    pub fn refusal(self) -> Option<&'static str> {
        use Rule::*;
        match self {
            SchemaWithoutBlock | AttributeRole | AttributeType | NestingMode | NameTwice
            | BlockName | BlockCount | DynamicInSet | WriteOnlyInSet | SchemaVersion
            | DeprecationMessage | IdentityRole | IdentityType => Some("schema"),
            Conformance => Some("Provider produced invalid"),
            Deferred => Some("deferred"),
            PlanPresence | PlanBlockNull | PlanBlockUnknown | PlanBlocks | PlanWriteOnly
            | PlanNotComputed | PlanNotConfigured | PlanElements | ReplacePath | PlanDestroy
            | PlanIdentity => Some("Provider produced invalid plan"),
            FinalAction | FinalPlan => Some("Provider produced inconsistent final plan"),
            ResultMissing | ResultInconsistent => {
                Some("Provider produced inconsistent result after apply")
            }
            ResultLeft | ResultUnknown | ResultWriteOnly => {
                Some("Provider returned invalid result object after apply")
            }
            Identity => Some("identity"),
            StateUnknown | StateWriteOnly | Upgrade | Import => Some("Provider"),
            Encoding | Message | PlanSetElements | LegacyTypeSystem | ResultBlockNull
            | IdentityMissing | IdentityChanged | UpgradeChanged | Unsettled => None,
        }
    }

    /// Whether cores do not look at this, so that only we do.
    #[must_use]
    pub fn is_ours(self) -> bool {
        self.refusal().is_none()
    }
}
