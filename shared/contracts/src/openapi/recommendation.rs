//! The routes of recommendations and of the rules about them.

use domain::ID_MAX_CHARS;
use domain::recommendation::{Placement, RULE_POSITION_MAX, RULES_MAX, RuleTarget};
use serde_json::{Value, json};
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{ComponentsBuilder, Ref, Required, ResponseBuilder};

use super::response::{Answer, conflicting, for_admins, for_bodies, invalid, missing, one_of, success};
use super::route::{number, operation, query, required_body};
use crate::{
    CART_MAX, EXCLUDED_MAX, LIMIT_DEFAULT, LIMIT_MAX, RULE_REASON_MAX_CHARS, RecommendationData, Recommendations,
    RecommendedProduct, SESSION_ID_MAX_CHARS, SHOWN_MAX, ShownReason, ShownRule,
};

/// In URL-safe base64: the kind 5, a digest of the request, and a mark of eight bytes for each product shown.
const CURSOR: &str = "^B[Q-Za-f][A-Za-z0-9_-]{21,}$";

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    let rules = ObjectBuilder::new()
        .property("data", ArrayBuilder::new().items(Ref::from_schema_name("RecommendationRule")))
        .required("data");
    components
        .schema_from::<Recommendations>()
        .schema_from::<RecommendationData>()
        .schema_from::<RecommendedProduct>()
        .schema_from::<ShownReason>()
        .schema_from::<ShownRule>()
        .schema("RuleAnswer", one_of("RecommendationRule"))
        .schema("RuleList", rules)
        .schema("CartRequest", cart())
        .schema("RuleRequest", rule())
}

pub(crate) fn for_product() -> OperationBuilder {
    let kind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([Placement::Viewed, Placement::Bought].map(Placement::as_str)));
    let answers =
        answers("product_id: must have 1 to 128 characters and no control characters, and not be the nil UUID");
    let operation = operation("recommendForProduct", "Recommends products that go with a product", answers)
        .description(Some(
            "`kind=viewed`: what is seen in the same visits. `kind=bought`: what is bought together, then what is seen \
             together. A product that nothing is known of gets what is popular.",
        ))
        .parameter(path("product_id", id(), "The shop's id of the product, or a SKU, percent-encoded."))
        .parameter(query("kind", kind, "`viewed` when absent."));
    common(operation)
}

pub(crate) fn for_session() -> OperationBuilder {
    let session =
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(SESSION_ID_MAX_CHARS));
    let answers = answers("session_id: must have 1 to 128 characters, no control characters and no email address");
    let operation = operation("recommendForSession", "Recommends products to the visitor of a session", answers)
        .description(Some(
            "Needs no token: whoever knows the `session_id` of a session's events sees what suits it, so a session id has to \
             be random. For shoppers who are signed in use `/recommendations/me`.",
        ))
        .parameter(path("session_id", session, "The `session_id` of the events, percent-encoded."));
    common(operation)
}

pub(crate) fn for_account() -> OperationBuilder {
    let mut answers = answers("limit: must be a whole number from 1 to 100");
    answers.extend(for_admins());
    let operation = operation("recommendForAccount", "Recommends products to the shopper of the token", answers);
    common(
        operation.description(Some("From the latest visits of the account. An event counts from the next request on.")),
    )
}

pub(crate) fn again() -> OperationBuilder {
    let mut answers = answers("limit: must be a whole number from 1 to 100");
    answers.extend(for_admins());
    let operation =
        operation("recommendAgain", "Recommends what the shopper of the token is likely to buy again", answers);
    common(operation.description(Some(
        "What was bought, by how often, and how close to the shopper's own pause between two purchases it is. Not filled up.",
    )))
}

pub(crate) fn for_cart() -> OperationBuilder {
    let mut answers = answers(&format!("products: must have 1 to {CART_MAX} items, has 0"));
    answers.extend(for_bodies());
    let operation = operation("recommendForCart", "Recommends products that go with a cart", answers)
        .request_body(Some(required_body("CartRequest", json!({ "products": ["p-1", "p-2"] }))));
    common(operation)
}

pub(crate) fn list_rules() -> OperationBuilder {
    let found = success("The oldest first", "RuleList", json!({ "data": [example_rule()] }));
    let mut answers = vec![("200", found), invalid("x: is not a query parameter of this route; known: none")];
    answers.extend(for_admins());
    operation("listRules", "Lists the rules about recommendations that are in force or to come", answers)
        .description(Some("For admins."))
}

pub(crate) fn add_rule() -> OperationBuilder {
    let added = success("Added", "RuleAnswer", json!({ "data": example_rule() }));
    let mut answers = vec![("201", added), invalid("body: action: must be pin, boost, bury or exclude")];
    answers.extend(for_admins());
    answers.extend(for_bodies());
    answers.push(conflicting("rule 7 does the same at the same place and time; remove it first"));
    let example = json!({ "action": "pin", "target": "product", "target_id": "p-1", "position": 1, "reason": "new" });
    operation("addRule", "Adds a rule about recommendations", answers)
        .description(Some(&*format!(
            "For admins. Holds from the next recommendation on. At most {RULES_MAX} rules may be in force or to come."
        )))
        .request_body(Some(required_body("RuleRequest", example)))
}

pub(crate) fn remove_rule() -> OperationBuilder {
    let mut answers = vec![
        ("204", ResponseBuilder::new().description("Removed")),
        invalid("rule_id: must be the number of a rule"),
        missing("no rule with this id is in force or to come"),
    ];
    answers.extend(for_admins());
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    operation("removeRule", "Removes a rule about recommendations", answers)
        .description(Some("For admins. Its row stays in the database, with who removed it."))
        .parameter(path("rule_id", number, "The id of the rule."))
}

fn answers(refused: &str) -> Vec<Answer> {
    vec![("200", success("The products to show", "Recommendations", example())), invalid(refused)]
}

/// Adds the parameters that every placement takes.
fn common(operation: OperationBuilder) -> OperationBuilder {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    operation
        .parameter(query("limit", number(LIMIT_DEFAULT, LIMIT_MAX), "The most products."))
        .parameter(query(
            "cursor",
            text().pattern(Some(CURSOR)),
            &format!("A `next_cursor` of an earlier response, unchanged. No page repeats a product; all pages together show at most {SHOWN_MAX}."),
        ))
        .parameter(query("category_id", id(), "Only products of this category."))
        .parameter(query(
            "exclude",
            text().examples(["p-1,p-2"]),
            &format!("At most {EXCLUDED_MAX} products or SKUs, separated by commas, which are not wanted: what else the page shows."),
        ))
}

fn path(name: &str, schema: impl Into<Schema>, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema.into()))
        .description(Some(description))
        .build()
}

fn id() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(ID_MAX_CHARS))
}

fn cart() -> Schema {
    let products = ArrayBuilder::new().items(id()).min_items(Some(1)).max_items(Some(CART_MAX));
    let cart = ObjectBuilder::new().property("products", products).required("products");
    cart.description(Some("The products of the cart, or their SKUs. Whole numbers are read as text.")).build().into()
}

fn rule() -> Schema {
    let words =
        |words: &[&'static str]| ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.to_vec()));
    let time = || {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
    };
    let position = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(f64::from(RULE_POSITION_MAX)))
        .description(Some("Of a pin: where, counted over all pages."));
    let factor = ObjectBuilder::new()
        .schema_type(Type::Number)
        .minimum(Some(0.001))
        .maximum(Some(1_000))
        .description(Some("Above 1 to boost, below 1 to bury."));
    let reason =
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(RULE_REASON_MAX_CHARS));
    ObjectBuilder::new()
        .property("action", words(&["pin", "boost", "bury", "exclude"]))
        .property("target", words(&RuleTarget::ALL.map(RuleTarget::as_str)))
        .property("target_id", id())
        .property(
            "placement",
            words(&Placement::ALL.map(Placement::as_str)).description(Some("Everywhere when absent.")),
        )
        .property("position", position)
        .property("factor", factor)
        .property("starts_at", time().description(Some("Now when absent.")))
        .property("ends_at", time().description(Some("Never when absent.")))
        .property("reason", reason)
        .required("action")
        .required("target")
        .required("target_id")
        .required("reason")
        .description(Some("Only products can be pinned."))
        .build()
        .into()
}

fn example() -> Value {
    let pagination = json!({ "limit": LIMIT_DEFAULT, "total": null, "page": null, "next_page": null, "cursor": null, "next_cursor": null });
    let item = json!({ "product_id": "p-2", "score": 0.41, "source": "personal", "reason": { "because": "p-1", "event": "view" },
                       "category_id": "shoes", "seller_id": "s-1" });
    let data = json!({ "recommendation_id": "r1-session-l-0193a0f4-5c00-7000-8000-000000000001",
                       "as_of": "2026-11-20T12:00:01.5Z", "items": [item] });
    json!({ "data": data, "pagination": pagination })
}

fn example_rule() -> Value {
    json!({ "id": 7, "action": "pin", "target": "product", "target_id": "p-1", "placement": null, "position": 1, "factor": null,
            "starts_at": "2026-11-20T12:00:00Z", "ends_at": null, "reason": "new", "created_by": "a-1",
            "date_created": "2026-11-20T12:00:00Z" })
}
