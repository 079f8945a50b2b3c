//! What is refused before anybody is asked, and how.

use super::*;

fn text(diagnostic: &Diagnostic) -> String {
    format!("{}\n{}", diagnostic.summary, diagnostic.full_detail())
}

#[test]
fn principals_are_arns() {
    for fine in [
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:role/a/b",
        "arn:aws-us-gov:iam::111122223333:user/x",
        "arn:aws:sts::1:assumed-role/a:b",
    ] {
        assert!(wrong_principal(fine).is_none(), "{fine}");
    }
    for wrong in ["", "111122223333", "arn:aws:iam", "arn:aws:iam::1:role/a b"] {
        assert!(wrong_principal(wrong).is_some(), "{wrong}");
    }
    insta::assert_snapshot!(text(&wrong_principal("root").unwrap()), @r#"
    Not the ARN of a principal
    "root" does not have the form of an ARN.

    Examples: arn:aws:iam::111122223333:root for everybody in an account, arn:aws:iam::111122223333:role/orders for a role.
    "#);
}

#[test]
fn regions_are_codes() {
    for fine in ["eu-central-1", "us-gov-west-1", "mx-central-12"] {
        assert!(wrong_region(fine).is_none(), "{fine}");
    }
    for wrong in ["", "Frankfurt", "EU-CENTRAL-1", "eu central-1", "frankfurt"] {
        assert!(wrong_region(wrong).is_some(), "{wrong}");
    }
    insta::assert_snapshot!(text(&wrong_region("Frankfurt").unwrap()), @r#"
    Not the code of an AWS region
    "Frankfurt" does not have the form of a region's code.

    Write the code, such as eu-central-1, not the region's name.
    "#);
}
