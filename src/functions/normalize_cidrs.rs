//! `normalize_cidrs`: IPv4 addresses and CIDR blocks in one spelling, each just once.

use crate::api::ip_ranges::IpRange;
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::types::Type;
use crate::framework::value::Value;

/// The function.
#[derive(Debug)]
pub struct NormalizeCidrs;

impl Function for NormalizeCidrs {
    fn name(&self) -> &'static str {
        "normalize_cidrs"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Brings IPv4 addresses and CIDR blocks into one form".to_owned(),
            description: "Takes IPv4 addresses and CIDR blocks, as a list or a set, and returns a list of \
                CIDR blocks: an address becomes a block of one (`203.0.113.7/32`), the bits behind a \
                prefix become zero (`203.0.113.7/24` becomes `203.0.113.0/24`), and blanks around an \
                element mean nothing.\n\nThe list is sorted by address and holds nothing twice: what lies \
                within another block is left out. Blocks side by side are not joined.\n\nThe result is \
                what `camunda_cluster_ip_allowlist` and `camunda_cluster_ip_allowlist_entry` take as \
                `cidrs`. A list that differs from the one before in spelling only is no change there.\n\n\
                Null gives null, an empty list an empty list; with any element unknown the whole result \
                is unknown. An element that is null or no IPv4 address or block is an error."
                .to_owned(),
            parameters: vec![
                Parameter::new(
                    "cidrs",
                    Type::list(Type::String),
                    "Addresses and blocks, in any order.",
                )
                .allow_null(),
            ],
            variadic: None,
            returns: Type::list(Type::String),
            deprecation: None,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some(Value::List(elements)) = arguments.first() else {
            return Ok(Value::Null);
        };
        let mut ranges = elements
            .iter()
            .enumerate()
            .map(|(index, element)| {
                read(element).map_err(|reason| {
                    FunctionError::argument(0, format!("Element {index}, counted from 0: {reason}"))
                })
            })
            .collect::<Result<Vec<IpRange>, _>>()?;
        // A block comes before all that lies within it, and blocks never overlap in part.
        ranges.sort();
        ranges.dedup_by(|later, earlier| earlier.contains(later));
        let cidrs = ranges.iter().map(|range| Value::String(range.to_string()));
        Ok(Value::List(cidrs.collect()))
    }
}

/// The range that an element means, or what is wrong with it.
fn read(element: &Value) -> Result<IpRange, String> {
    let Some(text) = element.as_str() else {
        return Err("it is null. Leave out what is null, for example with compact().".to_owned());
    };
    IpRange::parse(text.trim()).map_err(|reason| {
        format!("{text:?} {reason}. Write an address as 203.0.113.7 and a block as 203.0.113.0/24.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|&text| text.into()).collect())
    }

    fn normalized(texts: &[&str]) -> String {
        let Value::List(cidrs) = NormalizeCidrs.call(&[list(texts)]).unwrap() else {
            panic!("no list");
        };
        let cidrs: Vec<&str> = cidrs.iter().filter_map(Value::as_str).collect();
        cidrs.join(" ")
    }

    #[test]
    fn spellings_of_a_range_become_one() {
        assert_eq!(normalized(&[]), "");
        assert_eq!(normalized(&["203.0.113.7"]), "203.0.113.7/32");
        assert_eq!(
            normalized(&[
                "203.0.113.7/24",
                " 9.0.0.1\n",
                "203.0.113.0/24",
                "9.0.0.1/32"
            ]),
            "9.0.0.1/32 203.0.113.0/24"
        );
    }

    #[test]
    fn what_lies_within_another_block_is_left_out() {
        let many = [
            "10.1.2.3",
            "10.0.0.0/9",
            "10.128.0.0/16",
            "10.0.0.0/8",
            "10.255.255.255",
            "11.0.0.0",
        ];
        assert_eq!(normalized(&many), "10.0.0.0/8 11.0.0.0/32");
        // Side by side is not within.
        assert_eq!(
            normalized(&["10.0.1.0/24", "10.0.0.0/24"]),
            "10.0.0.0/24 10.0.1.0/24"
        );
        assert_eq!(
            normalized(&["0.0.0.0", "255.255.255.255", "1.2.3.4/0"]),
            "0.0.0.0/0"
        );
    }

    #[test]
    fn what_comes_out_stays_as_it_is() {
        let once = normalized(&["192.0.2.9/28", "192.0.2.1", "198.51.100.7", "192.0.2.9"]);
        let again: Vec<&str> = once.split(' ').collect();
        assert_eq!(normalized(&again), once);
    }

    #[test]
    fn faults_name_argument_and_element() {
        assert_eq!(NormalizeCidrs.call(&[Value::Null]), Ok(Value::Null));
        let fault = |list: Value| {
            let error = NormalizeCidrs.call(&[list]).unwrap_err();
            assert_eq!(error.argument, Some(0));
            error.text
        };
        insta::assert_snapshot!(fault(list(&["10.0.0.1", "office"])), @r#"Element 1, counted from 0: "office" is neither an IPv4 address nor a CIDR block. Write an address as 203.0.113.7 and a block as 203.0.113.0/24."#);
        insta::assert_snapshot!(fault(list(&["2001:db8::/32"])), @r#"Element 0, counted from 0: "2001:db8::/32" is not an IPv4 address, and allowlists take no others. Write an address as 203.0.113.7 and a block as 203.0.113.0/24."#);
        insta::assert_snapshot!(fault(list(&["10.0.0.0/33"])), @r#"Element 0, counted from 0: "10.0.0.0/33" has a prefix length that is not a number from 0 to 32. Write an address as 203.0.113.7 and a block as 203.0.113.0/24."#);
        insta::assert_snapshot!(fault(list(&["10.0.0.1, 10.0.0.2"])), @r#"Element 0, counted from 0: "10.0.0.1, 10.0.0.2" holds a comma: give each address or block by itself. Write an address as 203.0.113.7 and a block as 203.0.113.0/24."#);
        insta::assert_snapshot!(fault(Value::List(vec![Value::Null])), @"Element 0, counted from 0: it is null. Leave out what is null, for example with compact().");
    }
}
