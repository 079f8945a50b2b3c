//! Why bytes are not a value of the expected type, or a value not of the type it is to be sent as.
//!
//! Says where, what was expected and what kind of thing was found, never the value: it may be
//! secret.

use super::{MAX_DEPTH, type_constraint};
use crate::framework::path::{Path, Step};
use crate::framework::types::Type;

/// A value that cannot be decoded or encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where in the value, from its root.
    pub path: Path,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Another kind of value than the type demands.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// What the type demands.
        expected: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// The data ends too early, or claims to hold more than it does.
    #[error("the data ends in the middle of a value")]
    Truncated,
    /// Something follows the value.
    #[error("the data goes on after the end of the value")]
    Trailing,
    /// The byte that MessagePack leaves undefined.
    #[error("the data contains a byte that MessagePack does not define")]
    Undefined,
    /// More than [`MAX_DEPTH`] levels.
    #[error("the value is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// More elements or bytes than the format can count.
    #[error("the value is too long to be sent")]
    TooLong,
    /// A string that is not text.
    #[error("a string is not valid UTF-8")]
    Utf8,
    /// A number that is none, or too large to be taken.
    #[error("not a number that can be represented")]
    Number,
    /// A tuple of another length.
    #[error("expected a tuple of {expected} elements, found {found}")]
    TupleLength {
        /// The length of the type.
        expected: usize,
        /// The length of the value.
        found: usize,
    },
    /// An object without one of its members.
    #[error("the attribute {0:?} is missing")]
    MissingAttribute(String),
    /// An object with a member that its type does not have.
    #[error("the attribute {0:?} is not expected here")]
    UnexpectedAttribute(String),
    /// An object with two members of one name.
    #[error("the attribute {0:?} occurs twice")]
    RepeatedAttribute(String),
    /// A dynamic value whose type cannot be understood.
    #[error("the type of a dynamic value cannot be read: {0}")]
    Type(#[from] type_constraint::Error),
    /// A dynamic value that is not the pair of type and value.
    #[error("a dynamic value is not a pair of a type and a value")]
    NotTyped,
    /// An unknown value with a malformed description of what is known about it.
    #[error("the refinements of an unknown value are malformed")]
    Refinements,
    /// Text that is not JSON.
    #[error("not valid JSON at line {line}, column {column}")]
    Json {
        /// The line, from one.
        line: usize,
        /// The column, from one.
        column: usize,
    },
}

impl Error {
    /// The same problem in a value that is at `step` of the value around it.
    pub(super) fn inside(self, step: Step) -> Self {
        Self {
            path: Path::root().then(step).join(&self.path),
            problem: self.problem,
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self {
            path: Path::root(),
            problem,
        }
    }
}

impl From<type_constraint::Error> for Error {
    fn from(error: type_constraint::Error) -> Self {
        Problem::from(error).into()
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        // The error's own text may quote the data.
        Self::Json {
            line: error.line(),
            column: error.column(),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_root() {
            write!(f, "{}", self.problem)
        } else {
            write!(f, "at {}: {}", self.path, self.problem)
        }
    }
}

impl std::error::Error for Error {}

/// What the type demands, for [`Problem::Mismatch`].
pub(super) fn expected(ty: &Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Number => "a number",
        Type::Bool => "a bool",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple",
        Type::Object(_) => "an object",
    }
}
