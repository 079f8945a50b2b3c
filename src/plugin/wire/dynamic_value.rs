//! The protocol's envelope for a value: MessagePack or JSON bytes.

use super::error::Error;
use super::proto::tfplugin6::DynamicValue;
use super::{json, msgpack};
use crate::framework::types::Type;
use crate::framework::value::Value;

/// The value of type `ty` in `message`. No message at all, and a message with no bytes, is null.
///
/// # Errors
/// Bytes that are not a value of that type.
pub fn decode(message: Option<&DynamicValue>, ty: &Type) -> Result<Value, Error> {
    match message {
        Some(message) if !message.msgpack.is_empty() => msgpack::decode(&message.msgpack, ty),
        Some(message) if !message.json.is_empty() => {
            json::decode(&message.json, ty, json::Mode::Strict)
        }
        _ => Ok(Value::Null),
    }
}

/// The message for `value`, which is of type `ty`. Always MessagePack: JSON has no unknown values.
///
/// # Errors
/// A value that is not of that type: a mistake of whoever made it.
pub fn encode(value: &Value, ty: &Type) -> Result<DynamicValue, Error> {
    Ok(DynamicValue {
        msgpack: msgpack::encode(value, ty)?.into(),
        json: bytes::Bytes::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(msgpack: &'static [u8], json: &'static [u8]) -> DynamicValue {
        DynamicValue {
            msgpack: msgpack.into(),
            json: json.into(),
        }
    }

    #[test]
    fn nothing_is_null() {
        assert_eq!(decode(None, &Type::String), Ok(Value::Null));
        assert_eq!(
            decode(Some(&message(b"", b"")), &Type::String),
            Ok(Value::Null)
        );
    }

    #[test]
    fn messagepack_goes_before_json() {
        assert_eq!(
            decode(Some(&message(b"\xa1m", br#""j""#)), &Type::String),
            Ok("m".into())
        );
        assert_eq!(
            decode(Some(&message(b"", br#""j""#)), &Type::String),
            Ok("j".into())
        );
    }

    #[test]
    fn answers_are_messagepack() {
        let encoded = encode(&Value::Null, &Type::String).unwrap();
        assert_eq!(encoded, message(b"\xc0", b""));
    }
}
