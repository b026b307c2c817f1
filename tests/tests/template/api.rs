//! The HTTP API: routes, who may call them, how often.

use std::collections::BTreeMap;

use contracts::{Access, Route};
use serde_json::{Value, json};
use testkit::template::{FUNCTION, logical_id, target};

use super::template;

#[test]
fn the_routes_are_those_of_the_table() {
    let template = template();
    let known: Vec<_> = Route::ALL.iter().map(|route| (route.key(), *route)).collect();
    let expected = known.iter().map(|(key, route)| {
        let authorization = if route.access() == Access::Token { "JWT" } else { "NONE" };
        (key.as_str(), (authorization, logical_id(route.function())))
    });
    let otherwise = ("$default", ("NONE", "AnswerQueriesFunction".to_owned()));
    let found = template
        .routes()
        .into_iter()
        .map(|(key, (authorization, function))| (key, (authorization, function.to_owned())));
    let expected: BTreeMap<_, _> = expected.chain([otherwise]).collect();
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
}

#[test]
fn every_integration_speaks_payload_2_and_outlives_its_function() {
    let template = template();
    for (id, integration) in template.all("AWS::ApiGatewayV2::Integration") {
        assert_eq!(integration["PayloadFormatVersion"], "2.0", "{id}");
        let function = template.all(FUNCTION)[target(&integration["IntegrationUri"]).expect("a function")];
        let timeout = function["Timeout"].as_u64().expect("a timeout in seconds");
        assert!(integration["TimeoutInMillis"].as_u64() > Some(timeout * 1000), "{id}");
    }
}

#[test]
fn the_gateway_may_invoke_the_functions_behind_its_routes_and_no_others() {
    let template = template();
    let mut invoked: Vec<_> = template.routes().into_values().map(|(_, function)| function).collect();
    invoked.sort_unstable();
    invoked.dedup();
    let permissions = template.all("AWS::Lambda::Permission").into_values();
    let mut permitted: Vec<_> = permissions.filter_map(|permission| target(&permission["FunctionName"])).collect();
    permitted.sort_unstable();
    assert_eq!(permitted, invoked);
    for (id, permission) in template.all("AWS::Lambda::Permission") {
        let source = permission["SourceArn"]["Fn::Sub"].as_str().unwrap_or_default();
        assert!(source.contains(":${Api}/"), "{id} lets any API of the account in");
    }
}

#[test]
fn guests_are_throttled_lower_than_signed_in_shoppers() {
    let template = template();
    let stage = template.all("AWS::ApiGatewayV2::Stage")["ApiStage"];
    for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
        let of = |route: Route| template.number(&stage["RouteSettings"][route.key()][limit]).expect("a default");
        let guest = of(Route::RecordGuestInteractions);
        assert!(guest < of(Route::RecordInteractions), "{limit}");
        assert!(of(Route::AcceptEvents) > 0, "{limit}");
        assert!(of(Route::ImportInteractions) < guest, "{limit}: live requests would wait behind history");
        assert!(template.number(&stage["DefaultRouteSettings"][limit]).is_some(), "{limit} of the other routes");
    }
    // RouteSettings that name a route before it exists fail the deployment.
    assert_eq!(
        template.at("/Resources/ApiStage/DependsOn"),
        &json!([
            "RecordInteractionRoute",
            "RecordGuestInteractionRoute",
            "ImportInteractionsRoute",
            "AcceptEventsRoute"
        ])
    );
}

#[test]
fn the_access_log_says_nothing_personal() {
    let template = template();
    let stage = template.all("AWS::ApiGatewayV2::Stage")["ApiStage"];
    assert_eq!(target(&stage["AccessLogSettings"]["DestinationArn"]), Some("ApiLogGroup"));
    let format = stage["AccessLogSettings"]["Format"].as_str().expect("a format");
    assert!(serde_json::from_str::<Value>(format).is_ok_and(|line| line.is_object()), "{format}");
    for personal in ["sourceIp", "userAgent", "claims", "$context.path"] {
        assert!(!format.contains(personal), "{personal}");
    }
}

#[test]
fn browsers_may_call_from_exact_origins_only_and_without_credentials() {
    let template = template();
    let cors = &template.all("AWS::ApiGatewayV2::Api")["Api"]["CorsConfiguration"]["Fn::If"];
    assert_eq!(cors[0], "HasAllowedOrigins");
    assert_eq!(cors[1]["AllowOrigins"], json!({ "Fn::Split": [",", { "Ref": "AllowedOrigins" }] }));
    assert_eq!(cors[1]["AllowCredentials"], false);
    let pattern = template.at("/Parameters/AllowedOrigins/AllowedPattern").as_str().expect("a pattern");
    assert!(!pattern.contains(".*") && !pattern.contains("[*]"), "{pattern} lets a wildcard in");
}

#[test]
fn a_user_pool_is_made_only_when_no_issuer_is_given() {
    let template = template();
    assert_eq!(template.at("/Conditions/CreateUserPool"), &json!({ "Fn::Equals": [{ "Ref": "JwtIssuer" }, ""] }));
    let resources = template.at("/Resources").as_object().expect("resources");
    let cognito = resources.iter().filter(|(_, resource)| resource["Type"].to_string().contains("AWS::Cognito::"));
    for (id, resource) in cognito {
        assert_eq!(resource["Condition"], "CreateUserPool", "{id}");
    }
    let clients = template.all("AWS::Cognito::UserPoolClient");
    assert_eq!(clients["TrustedProducerClient"]["AllowedOAuthScopes"], json!(["analytic/trusted"]));
    assert!(clients["ShopperClient"].get("AllowedOAuthScopes").is_none(), "a shopper could ask for a trusted token");
    let jwt = &template.all("AWS::ApiGatewayV2::Authorizer")["ApiAuthorizer"]["JwtConfiguration"];
    assert_eq!(jwt["Issuer"]["Fn::If"][2], json!({ "Ref": "JwtIssuer" }));
}
