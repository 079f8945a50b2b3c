//! Values for what is unknown, as a remote system would choose them.

use crate::framework::types::Type;
use crate::framework::value::Value;

/// `value` with something known in every unknown place. Every filled text is another one.
pub(crate) fn fill(value: &Value, ty: &Type) -> Value {
    Filler { count: 0 }.fill(value, ty)
}

struct Filler {
    count: i64,
}

impl Filler {
    fn fill(&mut self, value: &Value, ty: &Type) -> Value {
        match (value, ty) {
            (Value::Unknown(_), ty) => self.some(ty),
            (Value::List(elements), Type::List(ty)) => {
                Value::List(elements.iter().map(|e| self.fill(e, ty)).collect())
            }
            (Value::Set(elements), Type::Set(ty)) => {
                Value::set(elements.iter().map(|e| self.fill(e, ty)))
            }
            (Value::List(elements), Type::Tuple(types)) => Value::List(
                elements
                    .iter()
                    .zip(types)
                    .map(|(element, ty)| self.fill(element, ty))
                    .collect(),
            ),
            (Value::Map(members), Type::Map(ty)) => Value::Map(
                members
                    .iter()
                    .map(|(key, member)| (key.clone(), self.fill(member, ty)))
                    .collect(),
            ),
            (Value::Object(members), Type::Object(types)) => Value::object(
                members
                    .iter()
                    .map(|(name, member)| (name.clone(), self.fill(member, &types[name]))),
            ),
            (Value::Dynamic(inner), Type::Dynamic) if inner.1.is_unknown() => self.some(ty),
            (value, _) => value.clone(),
        }
    }

    fn some(&mut self, ty: &Type) -> Value {
        self.count += 1;
        match ty {
            Type::String => Value::String(format!("made-{}", self.count)),
            Type::Number => self.count.into(),
            Type::Bool => true.into(),
            Type::Dynamic => Value::Dynamic(Box::new((Type::String, self.some(&Type::String)))),
            Type::List(ty) => Value::List(vec![self.some(ty)]),
            Type::Set(ty) => Value::set([self.some(ty)]),
            Type::Map(ty) => Value::Map([("made".to_owned(), self.some(ty))].into()),
            Type::Tuple(types) => Value::List(types.iter().map(|ty| self.some(ty)).collect()),
            Type::Object(types) => {
                Value::object(types.iter().map(|(name, ty)| (name.clone(), self.some(ty))))
            }
        }
    }
}
