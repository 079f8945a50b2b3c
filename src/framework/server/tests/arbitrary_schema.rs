//! Random schemas that cores accept, and random configurations of them.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::framework::schema::{
    Attribute, AttributeKind, Block, BlockNesting, NestedBlock, Nesting, PlanModifier, Schema,
};
use crate::framework::types::Type;
use crate::framework::value::Value;

/// Where in a schema something is, which limits what it can be.
#[derive(Debug, Clone, Copy)]
struct Place {
    depth: u32,
    /// Inside a collection: no `dynamic`.
    in_collection: bool,
    /// Inside a set: no write-only attributes.
    in_set: bool,
    /// Only what the provider may set, or may not.
    computed: Option<bool>,
}

/// A schema with attributes of every kind, nested three deep.
pub(super) fn any_schema() -> impl Strategy<Value = Schema> {
    let place = Place {
        depth: 2,
        in_collection: false,
        in_set: false,
        computed: None,
    };
    any_block(place).prop_map(|block| Schema { version: 0, block })
}

fn any_block(place: Place) -> BoxedStrategy<Block> {
    let attributes = attributes(place);
    let blocks = if place.depth == 0 {
        Just(Vec::new()).boxed()
    } else {
        vec(any_nested_block(place), 0..3).boxed()
    };
    (attributes, blocks)
        .prop_map(|(attributes, blocks)| {
            let mut block = Block::new("x", attributes);
            block.blocks = blocks;
            for (index, nested) in block.blocks.iter_mut().enumerate() {
                nested.name = format!("block_{index}");
            }
            block
        })
        .boxed()
}

fn any_nested_block(place: Place) -> BoxedStrategy<NestedBlock> {
    let many = (0, 0);
    let nesting = prop_oneof![
        Just(BlockNesting::Single { required: false }),
        Just(BlockNesting::Group),
        Just(BlockNesting::List {
            min: many.0,
            max: many.1
        }),
        Just(BlockNesting::Set {
            min: many.0,
            max: many.1
        }),
        Just(BlockNesting::Map),
    ];
    nesting
        .prop_flat_map(move |nesting| {
            let set = matches!(nesting, BlockNesting::Set { .. });
            let single = matches!(nesting, BlockNesting::Single { .. } | BlockNesting::Group);
            let inner = inside(place, !single, set);
            any_block(inner).prop_map(move |mut block| {
                if set {
                    block.attributes.insert(0, key(false));
                }
                NestedBlock {
                    name: String::new(),
                    nesting,
                    block,
                }
            })
        })
        .boxed()
}

/// The place inside a nested attribute or block.
fn inside(place: Place, collection: bool, set: bool) -> Place {
    Place {
        depth: place.depth - 1,
        in_collection: place.in_collection || collection,
        in_set: place.in_set || set,
        // What the provider sets inside a set inside a set, no core could match.
        computed: if place.in_set && set {
            Some(false)
        } else {
            place.computed
        },
    }
}

/// What keeps the elements of a set apart, so that cores match them without ambiguity.
fn key(provided: bool) -> Attribute {
    let key = Attribute::string("key").description("x");
    if provided {
        key.optional().computed()
    } else {
        key.required()
    }
}

fn attributes(place: Place) -> BoxedStrategy<Vec<Attribute>> {
    vec(any_attribute(place), 1..4)
        .prop_map(|mut attributes| {
            for (index, attribute) in attributes.iter_mut().enumerate() {
                attribute.name = format!("a{index}");
            }
            attributes
        })
        .boxed()
}

fn any_attribute(place: Place) -> BoxedStrategy<Attribute> {
    let plain = (any_type(place), any_role(place)).prop_flat_map(move |(ty, role)| {
        // Sets inside sets are never the provider's.
        let ty = match ty {
            Type::Set(element) if place.in_set => Type::List(element),
            ty => ty,
        };
        let default = known(&ty);
        (Just(ty), Just(role), default, any_modifiers()).prop_map(
            move |(ty, role, default, modifiers)| {
                let dynamic = ty == Type::Dynamic;
                let attribute = Attribute::of("", ty).description("x");
                let attribute = with_role(attribute, role, place);
                let mut attribute = match role {
                    Role::Defaulted if !dynamic => attribute.default(default),
                    _ => attribute,
                };
                attribute.plan_modifiers = modifiers;
                attribute
            },
        )
    });
    if place.depth == 0 {
        return plain.boxed();
    }
    let nestings = prop_oneof![
        Just(Nesting::Single),
        Just(Nesting::List),
        Just(Nesting::Set),
        Just(Nesting::Map),
    ];
    let nested = (nestings, any_role(place)).prop_flat_map(move |(nesting, role)| {
        let provided = matches!(
            role,
            Role::Computed | Role::OptionalComputed | Role::Defaulted
        );
        // Sets inside sets are never the provider's.
        let nesting = match nesting {
            Nesting::Set if place.in_set && provided => Nesting::List,
            nesting => nesting,
        };
        let set = nesting == Nesting::Set;
        let mut inner = inside(place, nesting != Nesting::Single, set);
        if provided {
            inner.computed = Some(true);
        }
        (attributes(inner), any_modifiers()).prop_map(move |(mut attributes, modifiers)| {
            if set {
                attributes.insert(0, key(provided));
            }
            let attribute = Attribute::nested("", nesting, attributes).description("x");
            // A write-only value inside makes no difference to a null one.
            let mut attribute = with_role(
                attribute,
                role,
                Place {
                    in_set: true,
                    ..place
                },
            );
            attribute.plan_modifiers = modifiers;
            attribute
        })
    });
    prop_oneof![3 => plain, 1 => nested].boxed()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Required,
    Optional,
    Computed,
    OptionalComputed,
    Defaulted,
    WriteOnly,
}

fn any_role(place: Place) -> BoxedStrategy<Role> {
    let provided = prop_oneof![
        Just(Role::Computed),
        Just(Role::OptionalComputed),
        Just(Role::Defaulted),
    ];
    let given = prop_oneof![
        Just(Role::Required),
        Just(Role::Optional),
        Just(Role::WriteOnly)
    ];
    match place.computed {
        Some(true) => provided.boxed(),
        Some(false) => given.boxed(),
        None => prop_oneof![provided, given].boxed(),
    }
}

fn with_role(attribute: Attribute, role: Role, place: Place) -> Attribute {
    match role {
        Role::Required => attribute.required(),
        Role::WriteOnly if !place.in_set => attribute.optional().write_only().sensitive(),
        Role::Optional | Role::WriteOnly => attribute.optional(),
        Role::Computed => attribute.computed(),
        Role::OptionalComputed | Role::Defaulted => attribute.optional().computed(),
    }
}

fn any_modifiers() -> impl Strategy<Value = Vec<PlanModifier>> {
    prop_oneof![
        2 => Just(Vec::new()),
        1 => Just(vec![PlanModifier::UseState]),
        1 => Just(vec![PlanModifier::UseNonNullState]),
        1 => Just(vec![PlanModifier::RequiresReplace]),
        1 => Just(vec![PlanModifier::UseState, PlanModifier::RequiresReplaceIfConfigured]),
        1 => Just(vec![PlanModifier::Custom(Arc::new(|_| {}))]),
    ]
}

fn any_type(place: Place) -> BoxedStrategy<Type> {
    let primitive = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    let collection = prop_oneof![
        Just(Type::list(Type::String)),
        Just(Type::set(Type::Number)),
        Just(Type::map(Type::String)),
        Just(Type::object([
            ("m", Type::String),
            ("n", Type::list(Type::Bool))
        ])),
        Just(Type::Tuple(vec![Type::String, Type::Number])),
    ];
    if place.in_collection {
        prop_oneof![2 => primitive, 1 => collection].boxed()
    } else {
        prop_oneof![4 => primitive, 2 => collection, 1 => Just(Type::Dynamic)].boxed()
    }
}

/// A known value of a type, from few possible ones, so that changes are not the only case.
fn known(ty: &Type) -> BoxedStrategy<Value> {
    value(ty, false)
}

/// A value of a type; with `open`, parts may be unknown.
fn value(ty: &Type, open: bool) -> BoxedStrategy<Value> {
    let part = move |ty: &Type| {
        if open {
            prop_oneof![9 => value(ty, open), 1 => Just(Value::UNKNOWN)].boxed()
        } else {
            value(ty, open)
        }
    };
    match ty {
        Type::String => "[ab]{1,2}".prop_map(Value::String).boxed(),
        Type::Number => (0..3_i64).prop_map(Value::from).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => "[ab]"
            .prop_map(|text| Value::Dynamic(Box::new((Type::String, text.into()))))
            .boxed(),
        Type::List(ty) => vec(part(ty), 0..3).prop_map(Value::List).boxed(),
        Type::Set(ty) => vec(part(ty), 0..3).prop_map(Value::set).boxed(),
        Type::Map(ty) => proptest::collection::btree_map("[xy]", part(ty), 0..3)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(part)
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            let values = members.values().map(part).collect::<Vec<_>>();
            values
                .prop_map(move |values| Value::object(names.iter().cloned().zip(values)))
                .boxed()
        }
    }
}

/// A configuration of a block; with `open`, parts may be unknown.
pub(super) fn config_of(block: &Block, open: bool) -> BoxedStrategy<Value> {
    let blocks: Vec<_> = block
        .blocks
        .iter()
        .map(|nested| {
            let element = config_of(&nested.block, open);
            let name = nested.name.clone();
            let value = match nested.nesting {
                BlockNesting::Group => element,
                BlockNesting::Single { .. } => {
                    prop_oneof![2 => element, 1 => Just(Value::Null)].boxed()
                }
                BlockNesting::List { .. } => with_unknown(open, list(element)),
                BlockNesting::Set { .. } => with_unknown(open, set(element)),
                BlockNesting::Map => with_unknown(open, map(element)),
            };
            (Just(name), value)
        })
        .collect();
    let attributes: Vec<_> = block
        .attributes
        .iter()
        .map(|a| member_of(a, open))
        .collect();
    (attributes, blocks)
        .prop_map(|(attributes, blocks)| Value::object(attributes.into_iter().chain(blocks)))
        .boxed()
}

/// The name and configured value of an attribute.
fn member_of(attribute: &Attribute, open: bool) -> BoxedStrategy<(String, Value)> {
    let given = match &attribute.kind {
        AttributeKind::Plain(ty) => value(ty, open),
        AttributeKind::Nested {
            nesting,
            attributes,
        } => {
            let members: Vec<_> = attributes.iter().map(|a| member_of(a, open)).collect();
            let element = members.prop_map(Value::object).boxed();
            match nesting {
                Nesting::Single => element,
                Nesting::List => list(element),
                Nesting::Set => set(element),
                Nesting::Map => map(element),
            }
        }
    };
    let name = attribute.name.clone();
    // The key of a set element is always given: only so do elements stay apart.
    let value = if name == "key" {
        given
    } else if attribute.required {
        with_unknown(open, given)
    } else if attribute.optional {
        let known = prop_oneof![2 => given, 1 => Just(Value::Null)];
        with_unknown(open, known.boxed())
    } else {
        Just(Value::Null).boxed()
    };
    value.prop_map(move |value| (name.clone(), value)).boxed()
}

fn with_unknown(open: bool, known: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    if open {
        prop_oneof![9 => known, 1 => Just(Value::UNKNOWN)].boxed()
    } else {
        known
    }
}

fn list(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    vec(element, 0..3).prop_map(Value::List).boxed()
}

fn map(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    proptest::collection::btree_map("[xy]", element, 0..3)
        .prop_map(Value::Map)
        .boxed()
}

/// Elements with different keys.
fn set(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    vec(element, 0..3)
        .prop_map(|elements| {
            let mut seen = std::collections::BTreeSet::new();
            let different = elements.into_iter().filter(|element| {
                element.member("key").is_null() || seen.insert(element.member("key").clone())
            });
            Value::set(different)
        })
        .boxed()
}
