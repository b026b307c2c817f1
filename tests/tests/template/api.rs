//! The HTTP API: routes, who may call them, how often.

use std::collections::BTreeSet;

use contracts::{Access, Route};
use serde_json::{Value, json};
use testkit::template::{FUNCTION, logical_id, target};

use super::template;

#[test]
fn every_route_of_the_table_reaches_its_function_with_its_authorization() {
    let template = template();
    let mut used = BTreeSet::from(["$default"]);
    for route in Route::ALL {
        let request = format!("{} {}", route.method().as_str(), route.path_of("gid://shop/Product/1"));
        let authorization = if route.access() == Access::Token { "JWT" } else { "NONE" };
        let function = logical_id(route.function());
        assert_eq!(template.serving(&request), (authorization, function.as_str()), "{request}");
        let keys = template.routes().into_keys().filter(|key| request.starts_with(key.trim_end_matches("{proxy+}")));
        used.extend(keys);
    }
    assert_eq!(used, template.routes().into_keys().collect(), "every route of the template serves one of the table");
    assert_eq!(template.serving("POST /nowhere"), ("NONE", "AnswerQueriesFunction"), "in our envelope");
}

#[test]
fn routes_are_made_one_after_the_other() {
    let template = template();
    let routes = template.all("AWS::ApiGatewayV2::Route");
    let waits_for = |id: &str| template.at(&format!("/Resources/{id}/DependsOn")).as_str().map(str::to_owned);
    let before: BTreeSet<_> = routes.keys().filter_map(|id| waits_for(id)).collect();
    assert_eq!(before.len(), routes.len() - 1, "a chain: each but the last is waited for by one");
    assert!(before.iter().all(|id| routes.contains_key(id.as_str())), "{before:?}");
    // RouteSettings that name a route before it exists fail the deployment.
    let stage = waits_for("ApiStage").expect("the stage waits for a route");
    let mut ready = BTreeSet::new();
    let mut next = Some(stage);
    while let Some(id) = next.filter(|_| ready.len() < routes.len()) {
        ready.insert(routes[id.as_str()]["RouteKey"].as_str().expect("a key"));
        next = waits_for(&id);
    }
    let settings = template.all("AWS::ApiGatewayV2::Stage")["ApiStage"]["RouteSettings"].as_object().expect("settings");
    assert!(settings.keys().all(|key| ready.contains(key.as_str())), "{ready:?}");
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
        let condition = if id == "WebClient" { "CreateWebClient" } else { "CreateUserPool" };
        assert_eq!(resource["Condition"], condition, "{id}");
    }
    let web = json!({ "Fn::And": [{ "Fn::Condition": "HasWeb" }, { "Fn::Condition": "CreateUserPool" }] });
    assert_eq!(template.at("/Conditions/CreateWebClient"), &web);
    let clients = template.all("AWS::Cognito::UserPoolClient");
    assert_eq!(clients["TrustedProducerClient"]["AllowedOAuthScopes"], json!(["analytic/trusted"]));
    assert!(clients["ShopperClient"].get("AllowedOAuthScopes").is_none(), "a shopper could ask for a trusted token");
    assert_eq!(clients["WebClient"]["AllowedOAuthScopes"], json!(["openid"]), "nor could whoever uses the pages");
    let jwt = &template.all("AWS::ApiGatewayV2::Authorizer")["ApiAuthorizer"]["JwtConfiguration"];
    assert_eq!(jwt["Issuer"]["Fn::If"][2], json!({ "Ref": "JwtIssuer" }));
}
