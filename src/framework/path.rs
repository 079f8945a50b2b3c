//! Where in a value something is: attribute names, map keys, list indices, set elements.

use std::fmt;

use super::value::Value;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into an object, by attribute or block name.
    Attribute(String),
    /// Into a map, by key.
    Key(String),
    /// Into a list or tuple, by index from zero.
    Index(usize),
    /// Into a set, by the element itself. The protocol cannot say this: on the wire the path ends
    /// at the set.
    Element(Box<Value>),
}

/// A path from the root of a resource, data source or provider configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

impl Path {
    /// The root itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of the attribute or block `name` at the root.
    pub fn of(name: impl Into<String>) -> Self {
        Self::root().attribute(name)
    }

    /// This path and then the attribute `name`.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.then(Step::Attribute(name.into()))
    }

    /// This path and then the map key `key`.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// This path and then the list index `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// This path and then the set element `element`.
    #[must_use]
    pub fn element(&self, element: Value) -> Self {
        self.then(Step::Element(Box::new(element)))
    }

    /// This path and then `step`.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// This path and then `tail`.
    #[must_use]
    pub fn join(&self, tail: &Path) -> Self {
        Self(self.0.iter().chain(&tail.0).cloned().collect())
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path up to, and without, the first step into a set: the longest part that the protocol
    /// can express.
    #[must_use]
    pub fn expressible(&self) -> Self {
        Self(
            self.0
                .iter()
                .take_while(|step| !matches!(step, Step::Element(_)))
                .cloned()
                .collect(),
        )
    }
}

/// As a user would write the reference: `timeouts.create`, `entries[0]`, `tags["a"]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                // The element may hold what must not be printed.
                Step::Element(_) => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_a_reference() {
        let path = Path::of("rules").index(2).attribute("tags").key("a b");
        insta::assert_snapshot!(path, @r#"rules[2].tags["a b"]"#);
    }

    #[test]
    fn a_path_into_a_set_is_expressible_up_to_the_set() {
        let set = Path::of("entries");
        let inside = set.element(Value::Null).attribute("cidrs");
        assert_eq!(inside.expressible(), set);
        insta::assert_snapshot!(inside, @"entries[*].cidrs");
    }
}
