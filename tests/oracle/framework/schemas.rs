//! Random schemas that the framework says it can work with.

use std::fmt::Write as _;
use std::sync::Arc;

use core_oracle::choices::Choices;
use terraform_provider_camunda::framework::schema::{
    Attribute, AttributeKind, Block, BlockNesting, NestedBlock, Nesting, PlanModifier, Schema,
};
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;

/// Where in a schema something is, which limits what it can be.
#[derive(Debug, Clone, Copy)]
struct Place {
    depth: u32,
    /// In a list, set or map: nothing brings its own type.
    in_collection: bool,
    /// In a set: nothing is write-only, and sets in it are wholly configured.
    in_set: bool,
    /// In a set in a set, or in something that is configured as a whole.
    given: bool,
    /// In something that the provider may set as a whole.
    provided: bool,
}

/// Any schema.
pub(super) fn any(choices: &mut Choices) -> Schema {
    let place = Place {
        depth: 2,
        in_collection: false,
        in_set: false,
        given: false,
        provided: false,
    };
    let mut block = block(choices, place);
    if !choices.once_in(3) {
        let id = Attribute::string("id").computed().use_state();
        block.attributes.push(id.description("Its id."));
    }
    Schema { version: 0, block }
}

fn block(choices: &mut Choices, place: Place) -> Block {
    let count = 1 + choices.below(4);
    let mut block = Block::new("A block.", attributes(choices, place, count));
    if place.depth > 0 {
        for index in 0..choices.below(3) {
            let name = format!("block_{index}");
            block.blocks.push(nested_block(choices, place, name));
        }
    }
    block
}

fn nested_block(choices: &mut Choices, place: Place, name: String) -> NestedBlock {
    let most = |choices: &mut Choices, min: u32| match choices.below(3) {
        0 | 1 => 0,
        _ => min + 1,
    };
    let nesting = match choices.below(6) {
        0 => BlockNesting::Single { required: false },
        1 => BlockNesting::Single { required: true },
        2 => BlockNesting::Group,
        3 => {
            let min = u32::from(choices.once_in(3));
            let max = most(choices, min);
            BlockNesting::List { min, max }
        }
        4 => BlockNesting::Map,
        _ => {
            let min = u32::from(choices.once_in(3));
            let max = most(choices, min);
            BlockNesting::Set { min, max }
        }
    };
    let is_set = matches!(nesting, BlockNesting::Set { .. });
    let is_single = matches!(nesting, BlockNesting::Single { .. } | BlockNesting::Group);
    let place = inside(place, !is_single, is_set);
    NestedBlock {
        name,
        nesting,
        block: block(choices, place),
    }
}

fn inside(place: Place, is_collection: bool, is_set: bool) -> Place {
    Place {
        depth: place.depth - 1,
        in_collection: place.in_collection || is_collection,
        in_set: place.in_set || is_set,
        given: place.given || (place.in_set && is_set),
        provided: place.provided,
    }
}

fn attributes(choices: &mut Choices, place: Place, count: usize) -> Vec<Attribute> {
    let attributes = (0..count).map(|index| attribute(choices, place, format!("a{index}")));
    attributes.collect()
}

fn attribute(choices: &mut Choices, place: Place, name: String) -> Attribute {
    let role = role(choices, place);
    let is_provided = matches!(
        role,
        Role::Computed | Role::OptionalComputed | Role::Defaulted
    );
    let attribute = if place.depth > 0 && choices.once_in(4) {
        let nesting =
            *choices.one_of(&[Nesting::Single, Nesting::List, Nesting::Map, Nesting::Set]);
        let nesting = match nesting {
            // Sets inside sets are never the provider's.
            Nesting::Set if place.in_set && is_provided => Nesting::List,
            nesting => nesting,
        };
        let mut place = inside(place, nesting != Nesting::Single, nesting == Nesting::Set);
        place.provided |= is_provided;
        // What is never stored needs no secrets of its own.
        place.in_set |= role == Role::WriteOnly;
        place.given |= role == Role::WriteOnly;
        let count = 1 + choices.below(3);
        let inner = attributes(choices, place, count);
        let attribute = Attribute::nested(name, nesting, inner);
        match role {
            Role::Defaulted => attribute.optional().computed(),
            role => with_role(attribute, role),
        }
    } else {
        let ty = match any_type(choices, place) {
            Type::Set(element) if place.in_set && is_provided => Type::List(element),
            ty => ty,
        };
        let default = value(choices, &ty);
        let attribute = with_role(Attribute::of(name, ty.clone()), role);
        let attribute = match (role, &ty) {
            (Role::Defaulted, Type::Dynamic) => attribute.optional().computed(),
            (Role::Defaulted, _) => attribute.default(default),
            _ => attribute,
        };
        if ty == Type::String && choices.once_in(5) {
            attribute.equivalent_when(|a, b| {
                let lower = |value: &Value| value.as_str().map(str::to_lowercase);
                lower(a) == lower(b)
            })
        } else {
            attribute
        }
    };
    let mut attribute = attribute.description("What it is.");
    attribute.plan_modifiers = modifiers(choices);
    attribute
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Optional,
    Required,
    Computed,
    OptionalComputed,
    Defaulted,
    WriteOnly,
}

fn role(choices: &mut Choices, place: Place) -> Role {
    use Role::*;
    let roles: &[Role] = match (place.given, place.provided, place.in_set) {
        (true, _, _) => &[Optional, Required],
        (false, true, _) => &[OptionalComputed, Computed, Defaulted],
        (false, false, true) => &[Optional, Required, Computed, OptionalComputed, Defaulted],
        (false, false, false) => &[
            Optional,
            Required,
            Computed,
            OptionalComputed,
            Defaulted,
            WriteOnly,
        ],
    };
    *choices.one_of(roles)
}

fn with_role(attribute: Attribute, role: Role) -> Attribute {
    match role {
        Role::Required => attribute.required(),
        Role::Optional | Role::Defaulted => attribute.optional(),
        Role::WriteOnly => attribute.optional().write_only().sensitive(),
        Role::Computed => attribute.computed(),
        Role::OptionalComputed => attribute.optional().computed(),
    }
}

fn modifiers(choices: &mut Choices) -> Vec<PlanModifier> {
    match choices.below(8) {
        3 => vec![PlanModifier::Custom(Arc::new(|_| {}))],
        4 => vec![PlanModifier::UseState],
        5 => vec![PlanModifier::UseNonNullState],
        6 => vec![PlanModifier::RequiresReplace],
        7 => vec![
            PlanModifier::UseState,
            PlanModifier::RequiresReplaceIfConfigured,
        ],
        _ => Vec::new(),
    }
}

fn any_type(choices: &mut Choices, place: Place) -> Type {
    match choices.below(if place.in_collection { 9 } else { 10 }) {
        0..=2 => Type::String,
        3 => Type::Number,
        4 => Type::Bool,
        5 => Type::list(Type::String),
        6 => Type::map(Type::String),
        7 => Type::set(Type::String),
        8 if choices.once_in(2) => Type::Tuple(vec![Type::String, Type::Number]),
        8 => Type::object([("m", Type::String), ("n", Type::list(Type::Bool))]),
        _ => Type::Dynamic,
    }
}

/// A value for a default.
fn value(choices: &mut Choices, ty: &Type) -> Value {
    match ty {
        Type::String => (*choices.one_of(&["a", "b"])).into(),
        Type::Number => 1.into(),
        Type::Bool => false.into(),
        Type::Dynamic => Value::Null,
        Type::List(ty) => Value::List((0..choices.below(3)).map(|_| value(choices, ty)).collect()),
        Type::Set(ty) => Value::set((0..choices.below(3)).map(|_| value(choices, ty))),
        Type::Map(ty) => Value::Map([("x".to_owned(), value(choices, ty))].into()),
        Type::Tuple(types) => Value::List(types.iter().map(|ty| value(choices, ty)).collect()),
        Type::Object(types) => Value::object(
            types
                .iter()
                .map(|(name, ty)| (name.clone(), value(choices, ty))),
        ),
    }
}

/// A schema in few words, for whoever has to find out what went wrong with it.
pub(super) fn told(block: &Block) -> String {
    let attributes = block.attributes.iter().map(told_attribute);
    let blocks = block.blocks.iter().map(|nested| {
        let (nesting, content) = (nested.nesting, told(&nested.block));
        format!("{} block {nesting:?} {{ {content} }}", nested.name)
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}

fn told_attribute(attribute: &Attribute) -> String {
    let flags = [
        ("required", attribute.required),
        ("optional", attribute.optional),
        ("computed", attribute.computed),
        ("write-only", attribute.write_only),
        ("equivalent", attribute.equivalence.is_some()),
    ];
    let flags = flags.into_iter().filter(|(_, is_set)| *is_set);
    let flags: Vec<&str> = flags.map(|(flag, _)| flag).collect();
    let kind = match &attribute.kind {
        AttributeKind::Plain(ty) => format!("{ty:?}"),
        AttributeKind::Nested {
            nesting,
            attributes,
        } => {
            let inner: Vec<String> = attributes.iter().map(told_attribute).collect();
            format!("{nesting:?} {{ {} }}", inner.join("; "))
        }
    };
    let mut text = format!("{} {} {kind}", attribute.name, flags.join("+"));
    if let Some(default) = &attribute.default {
        let _ = write!(text, " = {default:?}");
    }
    if !attribute.plan_modifiers.is_empty() {
        let _ = write!(text, " {:?}", attribute.plan_modifiers);
    }
    text
}
