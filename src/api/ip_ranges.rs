//! IPv4 addresses and CIDR blocks as people write them: what is one, and which mean the same.
//!
//! Must not know what the ranges are for.

use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;

/// One address or block, without what is only spelling: `10.0.0.1` and `10.0.0.1/32` are equal, and
/// so are `10.0.0.5/24` and `10.0.0.0/24`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IpRange {
    /// The addresses that begin with the first `length` bits of `network`.
    Block {
        /// The first address.
        network: Ipv4Addr,
        /// Bits that all have in common.
        length: u8,
    },
    /// Something else, as it was written.
    Other(String),
}

impl IpRange {
    /// Reads one address or block.
    ///
    /// # Errors
    /// The reason, as the end of a sentence that begins with the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.contains(',') {
            return Err("holds a comma: give each address or block by itself");
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: Ipv4Addr = address.parse().map_err(|_| {
            if address.contains(':') {
                "is not an IPv4 address, and allowlists take no others"
            } else {
                "is neither an IPv4 address nor a CIDR block"
            }
        })?;
        let length = match length {
            None => 32,
            Some(text) if (1..=2).contains(&text.len()) => text
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| text.parse().ok())
                .flatten()
                .filter(|length| *length <= 32)
                .ok_or(WRONG_LENGTH)?,
            Some(_) => return Err(WRONG_LENGTH),
        };
        Ok(Self::Block {
            network: first_of(address, length),
            length,
        })
    }

    /// Whether all of `other` lies within this range, which so holds itself.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Block { network, length },
                Self::Block {
                    network: inner,
                    length: longer,
                },
            ) => length <= longer && first_of(*inner, *length) == *network,
            _ => self == other,
        }
    }

    /// What a list means that is separated by commas. Blanks, order and repetition mean nothing.
    #[must_use]
    pub fn list(text: &str) -> BTreeSet<Self> {
        parts(text).map(Self::read).collect()
    }

    /// The range that a text means. Text that is none stays what it is.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self::parse(text.trim()).unwrap_or_else(|_| Self::Other(text.trim().to_owned()))
    }
}

/// The first address of the block of that length that `address` is in.
fn first_of(address: Ipv4Addr, length: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() & mask)
}

/// As a CIDR block, a single address too. What is no range stays as it was written.
impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block { network, length } => write!(f, "{network}/{length}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

const WRONG_LENGTH: &str = "has a prefix length that is not a number from 0 to 32";

/// The parts of a list that is separated by commas.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_makes_no_difference() {
        for (one, other) in [
            ("10.0.0.1", "10.0.0.1/32"),
            ("10.0.0.5/24", "10.0.0.0/24"),
            ("1.2.3.4/0", "0.0.0.0/0"),
            ("10.0.0.1, 192.0.2.0/24", "192.0.2.7/24,10.0.0.1/32"),
            ("10.0.0.1,,10.0.0.1", " 10.0.0.1 "),
            ("2001:db8::/32", " 2001:db8::/32"),
        ] {
            assert_eq!(IpRange::list(one), IpRange::list(other), "{one} {other}");
        }
        for (one, other) in [
            ("10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/24", "10.0.0.0/25"),
            ("10.0.0.1", "10.0.0.1,10.0.0.2"),
            ("10.0.0.1", ""),
            ("office", "Office"),
        ] {
            assert_ne!(IpRange::list(one), IpRange::list(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_range_is_told_why() {
        for good in ["0.0.0.0/0", "255.255.255.255", "10.0.0.1/32", "10.1.2.3/8"] {
            assert!(IpRange::parse(good).is_ok(), "{good}");
        }
        let reasons: Vec<String> = [
            "",
            "office",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.1/33",
            "10.0.0.1/",
            "10.0.0.1/+8",
            "10.0.0.1/008",
            " 10.0.0.1",
            "::1",
            "10.0.0.1,10.0.0.2",
        ]
        .map(|text| format!("{text:?} {}", IpRange::parse(text).unwrap_err()))
        .into();
        insta::assert_snapshot!(reasons.join("\n"), @r#"
        "" is neither an IPv4 address nor a CIDR block
        "office" is neither an IPv4 address nor a CIDR block
        "10.0.0" is neither an IPv4 address nor a CIDR block
        "10.0.0.256" is neither an IPv4 address nor a CIDR block
        "10.0.0.1/33" has a prefix length that is not a number from 0 to 32
        "10.0.0.1/" has a prefix length that is not a number from 0 to 32
        "10.0.0.1/+8" has a prefix length that is not a number from 0 to 32
        "10.0.0.1/008" has a prefix length that is not a number from 0 to 32
        " 10.0.0.1" is neither an IPv4 address nor a CIDR block
        "::1" is not an IPv4 address, and allowlists take no others
        "10.0.0.1,10.0.0.2" holds a comma: give each address or block by itself
        "#);
    }
}
