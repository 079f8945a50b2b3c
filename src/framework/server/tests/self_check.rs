//! Faults of a provider that its own tests have to find.

use super::harness::{Data, unconfigured};
use super::thing::Thing;
use crate::framework::data_source::DataSource;
use crate::framework::object::{Field, NoAttributes};
use crate::framework::operation::{Context, Outcome};
use crate::framework::provider::Registry;
use crate::framework::schema::{Attribute, Schema};

crate::model! {
    struct Other {
        other: Field<String>,
    }
}

/// A data source with a schema that does not fit its model.
struct Faulty;

impl DataSource<Data> for Faulty {
    type Model = Other;

    fn type_name(&self) -> &'static str {
        "test_faulty"
    }

    fn schema(&self) -> Schema {
        let secret = Attribute::string("secret").optional().write_only();
        Schema::new("x", [secret.sensitive().description("x")])
    }

    async fn read(&self, _context: &Context<Data>, _config: Other) -> Outcome<Other> {
        Outcome::absent()
    }
}

#[test]
fn faults_are_named_with_the_object_they_are_in() {
    let server = unconfigured(|| {
        Registry::new()
            .resource(Thing::default())
            .resource(Thing::default())
            .data_source(Faulty)
            .list_resource(lists::Lost)
            .list_resource(lists::Strange)
    });
    insta::assert_snapshot!(server.self_check().join("\n"), @"
    data source test_faulty: write-only attributes belong to resources and actions
    data source test_faulty: schema and model differ
    list resource test_lost: no such managed resource
    list resource test_thing: another model than the resource
    resource test_thing: name used twice
    ");
}

mod lists {
    use super::*;
    use crate::framework::diag::Diagnostics;
    use crate::framework::list::{ListItems, ListRequest, ListResource};

    /// Lists what is no resource.
    pub(super) struct Lost;
    /// Lists things as something else.
    pub(super) struct Strange;

    impl ListResource<Data> for Lost {
        type Config = NoAttributes;
        type Model = Other;

        fn type_name(&self) -> &'static str {
            "test_lost"
        }

        fn schema(&self) -> Schema {
            Schema::new("x", [])
        }

        async fn list(
            &self,
            _context: &Context<Data>,
            _request: ListRequest<NoAttributes>,
            _items: &mut ListItems<Other>,
        ) -> Diagnostics {
            Diagnostics::new()
        }
    }

    impl ListResource<Data> for Strange {
        type Config = NoAttributes;
        type Model = Other;

        fn type_name(&self) -> &'static str {
            "test_thing"
        }

        fn schema(&self) -> Schema {
            Schema::new("x", [])
        }

        async fn list(
            &self,
            _context: &Context<Data>,
            _request: ListRequest<NoAttributes>,
            _items: &mut ListItems<Other>,
        ) -> Diagnostics {
            Diagnostics::new()
        }
    }
}
