//! Paths as the protocol writes them.

use super::proto::tfplugin6::AttributePath;
use super::proto::tfplugin6::attribute_path::{Step as ProtoStep, step::Selector};
use crate::framework::path::{Path, Step};

/// The message for `path`, up to the first step into a set: the protocol has no word for that.
#[must_use]
pub fn encode(path: &Path) -> AttributePath {
    let steps = path
        .steps()
        .iter()
        .map_while(selector)
        .map(|selector| ProtoStep {
            selector: Some(selector),
        })
        .collect();
    AttributePath { steps }
}

fn selector(step: &Step) -> Option<Selector> {
    match step {
        Step::Attribute(name) => Some(Selector::AttributeName(name.clone())),
        Step::Key(key) => Some(Selector::ElementKeyString(key.clone())),
        Step::Index(index) => i64::try_from(*index).ok().map(Selector::ElementKeyInt),
        Step::Element(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::value::Value;

    #[test]
    fn every_kind_of_step_has_its_selector() {
        let path = Path::of("rules").index(2).attribute("tags").key("a b");
        let selectors: Vec<_> = encode(&path)
            .steps
            .into_iter()
            .map(|step| step.selector.unwrap())
            .collect();
        assert_eq!(
            selectors,
            [
                Selector::AttributeName("rules".to_owned()),
                Selector::ElementKeyInt(2),
                Selector::AttributeName("tags".to_owned()),
                Selector::ElementKeyString("a b".to_owned()),
            ]
        );
    }

    #[test]
    fn a_path_into_a_set_ends_at_the_set() {
        let set = Path::of("entries");
        let inside = set.element(Value::Null).attribute("cidrs");
        assert_eq!(encode(&inside), encode(&set));
        assert_eq!(encode(&inside), encode(&inside.expressible()));
    }
}
