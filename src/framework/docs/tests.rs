//! One page of each form.

use super::*;
use crate::framework::function::{Parameter, Signature};
use crate::framework::schema::{Attribute, BlockNesting, NestedBlock, Nesting};
use crate::framework::types::Type;

fn thing() -> Schema {
    Schema::new(
        "A *thing* in the `cloud`.\n\nIt has a second paragraph.",
        [
            Attribute::string("name")
                .required()
                .requires_replace()
                .description("Name of the thing."),
            Attribute::string("id")
                .computed()
                .use_state()
                .description("ID."),
            Attribute::string("value_wo")
                .optional()
                .sensitive()
                .write_only()
                .description("The value.\n\nNever stored."),
            Attribute::string("old")
                .optional()
                .deprecated("Use `name`.")
                .description("Old name."),
            Attribute::map("tags", Type::list(Type::String))
                .optional()
                .computed()
                .use_state()
                .description("Tags."),
            Attribute::nested(
                "timeouts",
                Nesting::Single,
                [Attribute::string("create")
                    .optional()
                    .description("How long creation may take. Default: `5m`.")],
            )
            .optional()
            .description("Time limits."),
            Attribute::nested(
                "parts",
                Nesting::List,
                [
                    Attribute::string("name")
                        .computed()
                        .description("Name of the part."),
                    Attribute::nested(
                        "screws",
                        Nesting::Set,
                        [Attribute::number("length")
                            .computed()
                            .description("Length in millimetres.")],
                    )
                    .computed()
                    .description("What holds it."),
                ],
            )
            .computed()
            .use_state()
            .description("Parts."),
        ],
    )
    .block(NestedBlock::new(
        "rule",
        BlockNesting::Set { min: 1, max: 3 },
        "A rule.",
        [Attribute::bool("strict")
            .required()
            .description("Whether it is strict.")],
    ))
}

#[test]
fn a_resource() {
    let identity = IdentitySchema::new()
        .required("name", "Name of the thing.")
        .optional("region", "Where it is.");
    let page = object_page(&Page {
        kind: PageKind::Resource,
        type_name: "camunda_big_thing",
        schema: &thing(),
        identity: Some(&identity),
        facts: Facts {
            subcategory: "Things",
            permission_groups: &["Thing", "Cluster"],
            limits: "Enterprise plans only.",
            not_read_back: &["value_wo"],
            destroy: "Deletes the thing.",
            availability: "",
            guides: &[("Making things", "making-things"), ("More", "more")],
        },
        examples: Examples {
            usage: vec!["thing {}\n".to_owned(), "another {}\n".to_owned()],
            import_by_identity: Some("import { identity }".to_owned()),
            import_by_id: Some("import { id }".to_owned()),
            import_command: Some("terraform import thing".to_owned()),
        },
    });
    insta::assert_snapshot!(page, @r#"
    ---
    page_title: "camunda_big_thing Resource - terraform-provider-camunda"
    subcategory: "Things"
    description: |-
      A thing in the cloud.
    ---

    # camunda_big_thing (Resource)

    A *thing* in the `cloud`.

    It has a second paragraph.

    ## Example Usage

    ```terraform
    thing {}
    ```

    ```terraform
    another {}
    ```

    ## What to Know

    - **Permission group:** *Thing*, *Cluster*.
    - **Limits:** Enterprise plans only.
    - **Replaced by:** a change of `name`.
    - **Not read back:** `value_wo`. Changes made elsewhere are not seen, and after an import they are empty.
    - **Time limits:** `create` 5m unless `timeouts` says otherwise.
    - **Destroying:** Deletes the thing.
    - **Guides:** [Making things](../guides/making-things.md), [More](../guides/more.md).

    ## Schema

    ### Required

    - `name` (String) Name of the thing.
    - `rule` (Block Set, Min: 1, Max: 3) A rule. (see [below for nested schema](#nestedblock--rule))

    ### Optional

    > **NOTE**: [Write-only arguments](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments) are supported in Terraform 1.11 and later, and OpenTofu 1.11 and later.

    - `old` (String, Deprecated) Old name. Deprecated: Use `name`.
    - `tags` (Map of List of String) Tags.
    - `timeouts` (Attributes) Time limits. (see [below for nested schema](#nestedatt--timeouts))
    - `value_wo` (String, Sensitive, [Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)) The value. Never stored.

    ### Read-Only

    - `id` (String) ID.
    - `parts` (Attributes List) Parts. (see [below for nested schema](#nestedatt--parts))

    <a id="nestedblock--rule"></a>
    ### Nested Schema for `rule`

    Required:

    - `strict` (Boolean) Whether it is strict.

    <a id="nestedatt--timeouts"></a>
    ### Nested Schema for `timeouts`

    Optional:

    - `create` (String) How long creation may take. Default: `5m`.

    <a id="nestedatt--parts"></a>
    ### Nested Schema for `parts`

    Read-Only:

    - `name` (String) Name of the part.
    - `screws` (Attributes Set) What holds it. (see [below for nested schema](#nestedatt--parts--screws))

    <a id="nestedatt--parts--screws"></a>
    ### Nested Schema for `parts.screws`

    Read-Only:

    - `length` (Number) Length in millimetres.

    ## Import

    In Terraform 1.12 and later, and OpenTofu 1.12 and later, the [`import` block](https://developer.hashicorp.com/terraform/language/import) can be used with the `identity` attribute:

    ```terraform
    import { identity }
    ```

    ### Identity Schema

    #### Required

    - `name` (String) Name of the thing.

    #### Optional

    - `region` (String) Where it is.

    In Terraform 1.5 and OpenTofu 1.6 and later, the [`import` block](https://developer.hashicorp.com/terraform/language/import) can be used with the `id` attribute:

    ```terraform
    import { id }
    ```

    The `import` command can be used in every version:

    ```shell
    terraform import thing
    ```
    "#);
    assert_eq!(file_name("camunda_big_thing"), "big_thing.md");
}

#[test]
fn a_data_source() {
    let schema = Schema::new("Nothing.", []);
    let page = object_page(&Page {
        kind: PageKind::DataSource,
        type_name: "camunda_nothing",
        schema: &schema.deprecated("Use something. It will be gone in 1.0."),
        identity: None,
        facts: Facts::default(),
        examples: Examples::default(),
    });
    insta::assert_snapshot!(page, @r#"
    ---
    page_title: "camunda_nothing Data Source - terraform-provider-camunda"
    subcategory: ""
    description: |-
      Nothing.
    ---

    # camunda_nothing (Data Source)

    Nothing.

    !> **Deprecated.** Use something. It will be gone in 1.0.

    ## Schema

    There are no arguments and no results.
    "#);
}

#[test]
fn a_function() {
    let signature = Signature {
        summary: "Joins texts".to_owned(),
        description: "Joins texts. Null gives null.".to_owned(),
        parameters: vec![
            Parameter::new("separator", Type::String, "What is between.").allow_null(),
        ],
        variadic: Some(Parameter::new(
            "parts",
            Type::list(Type::String),
            "The texts.",
        )),
        returns: Type::String,
        deprecation: None,
    };
    let page = function_page("join_texts", &signature, &["join_texts()".to_owned()]);
    insta::assert_snapshot!(page, @r#"
    ---
    page_title: "join_texts function - terraform-provider-camunda"
    subcategory: ""
    description: |-
      Joins texts.
    ---

    # function: join_texts

    Joins texts. Null gives null.

    -> Provider functions need Terraform 1.8 or OpenTofu 1.7, or a later version of either.

    ## Example Usage

    ```terraform
    join_texts()
    ```

    ## Signature

    ```text
    join_texts(separator string, parts list of string...) string
    ```

    ## Arguments

    1. `separator` (String, Nullable) What is between.
    2. `parts` (Variadic, List of String) The texts.
    "#);
}

#[test]
fn the_provider() {
    let schema = Schema::new(
        "Manages things.",
        [Attribute::string("token")
            .optional()
            .sensitive()
            .description("Token.")],
    );
    let sections = [("Credentials".to_owned(), "Get them.\n".to_owned())];
    let page = index_page("Camunda", &schema, &["provider {}".to_owned()], &sections);
    insta::assert_snapshot!(page, @r#"
    ---
    page_title: "Camunda Provider - terraform-provider-camunda"
    description: |-
      Manages things.
    ---

    # Camunda Provider

    Manages things.

    ## Example Usage

    ```terraform
    provider {}
    ```

    ## Credentials

    Get them.

    ## Schema

    ### Optional

    - `token` (String, Sensitive) Token.
    "#);
}
