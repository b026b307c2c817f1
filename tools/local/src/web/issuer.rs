//! The local OpenID Connect issuer: authorization code with PKCE (RFC 7636), where a page to choose a role replaces the password.
//!
//! For this machine only: it gives anybody any role.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Json, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use clap::ValueEnum as _;
use serde::Deserialize;
use serde_json::{Value, json};
use stack::AUDIENCE;
use stack::issuer::{Claims, Issuer, Role};
use tower_http::cors::CorsLayer;
use url::Url;

use super::session::{Grant, Sessions, Subject};

/// The client id of the pages.
pub(super) const CLIENT: &str = "shopsignal-web";

/// How long an access token is valid, in seconds: as Cognito's default.
const TOKEN_SECONDS: i64 = 3600;

/// The cookie that remembers the role, so that reloading a page does not ask again. Cookies of this host are shared by all ports.
const COOKIE: &str = "shopsignal_issuer";

/// The issuer of one stack.
pub(super) struct LocalIssuer {
    issuer: Issuer,
    url: String,
    /// Origins of pages that may sign in.
    origins: Vec<String>,
    sessions: Sessions,
}

impl LocalIssuer {
    pub(super) fn new(issuer: Issuer, url: String, origins: Vec<String>) -> Self {
        Self { issuer, url, origins, sessions: Sessions::default() }
    }
}

/// The address as a URL, if it is a page of one of the origins.
fn page_of(origins: &[String], address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    // A blob has the origin of the page that made it, but is none.
    let is_page = matches!(url.scheme(), "http" | "https") && origins.contains(&url.origin().ascii_serialization());
    is_page.then_some(url)
}

/// The routes of the issuer.
pub(super) fn router(issuer: Arc<LocalIssuer>) -> Router {
    let cors = CorsLayer::new().allow_origin(tower_http::cors::Any).allow_headers(tower_http::cors::Any);
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/.well-known/jwks.json", get(keys))
        .route("/token", post(token))
        .layer(cors)
        .route("/authorize", get(authorize))
        .route("/sign-out", get(sign_out))
        .with_state(issuer)
}

async fn configuration(State(issuer): State<Arc<LocalIssuer>>) -> Json<Value> {
    let url = &issuer.url;
    Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "end_session_endpoint": format!("{url}/sign-out"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(issuer): State<Arc<LocalIssuer>>) -> Response {
    match issuer.issuer.public_keys() {
        Ok(keys) => Json(keys).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The request of a page to sign somebody in (OpenID Connect Core, section 3.1.2.1), and the choice made on our page.
#[derive(Debug, Deserialize)]
struct Authorization {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    code_challenge: String,
    code_challenge_method: String,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    prompt: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    account: Option<String>,
}

/// Signs in who was chosen, now or before; else shows the page of choice.
async fn authorize(
    State(issuer): State<Arc<LocalIssuer>>,
    Query(asked): Query<Authorization>,
    headers: HeaderMap,
) -> Response {
    if let Err(fault) = check(&issuer, &asked) {
        return (StatusCode::BAD_REQUEST, fault).into_response();
    }
    let chosen = asked.role.as_deref().map(|role| subject(role, asked.account.as_deref().unwrap_or_default()));
    let remembered = remembered(&headers).filter(|_| asked.prompt.as_deref() != Some("login"));
    match chosen.or(remembered.map(Ok)) {
        Some(Ok(subject)) => signed_in(&issuer, &asked, subject),
        Some(Err(fault)) => (StatusCode::BAD_REQUEST, fault).into_response(),
        None if asked.prompt.as_deref() == Some("none") => back(&asked, &[("error", "login_required")]),
        None => page(&asked),
    }
}

fn check(issuer: &LocalIssuer, asked: &Authorization) -> Result<(), &'static str> {
    if asked.client_id != CLIENT {
        return Err("client_id: unknown");
    }
    if page_of(&issuer.origins, &asked.redirect_uri).is_none() {
        return Err("redirect_uri: not a page of this stack");
    }
    if asked.response_type != "code" || asked.code_challenge_method != "S256" || asked.code_challenge.len() != 43 {
        return Err("only response_type=code with code_challenge_method=S256 (RFC 7636) is supported");
    }
    Ok(())
}

/// Who plays a role: the role's own account unless another is named.
fn subject(role: &str, account: &str) -> Result<Subject, &'static str> {
    let role = Role::from_str(role, false).map_err(|_| "role: must be shopper, seller, admin or producer")?;
    let account = match account.trim() {
        "" => role.default_account(),
        text => text.parse().map_err(|_| "account: must be a UUID")?,
    };
    Ok(Subject { role, account })
}

/// The choice in the cookie, `role:account`.
fn remembered(headers: &HeaderMap) -> Option<Subject> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let value = cookies.split("; ").find_map(|cookie| cookie.strip_prefix(COOKIE)?.strip_prefix('='))?;
    let (role, account) = value.split_once(':')?;
    subject(role, account).ok()
}

fn signed_in(issuer: &LocalIssuer, asked: &Authorization, subject: Subject) -> Response {
    let cookie = format!("{COOKIE}={}:{}; HttpOnly; SameSite=Lax; Path=/", name(subject.role), subject.account);
    let code = issuer.sessions.open(Grant {
        subject,
        redirect_uri: asked.redirect_uri.clone(),
        nonce: asked.nonce.clone(),
        challenge: asked.code_challenge.clone(),
    });
    ([(header::SET_COOKIE, cookie)], back(asked, &[("code", &code)])).into_response()
}

/// Sends the browser back to the page with the outcome.
fn back(asked: &Authorization, outcome: &[(&str, &str)]) -> Response {
    let Ok(mut url) = Url::parse(&asked.redirect_uri) else {
        return (StatusCode::BAD_REQUEST, "redirect_uri: not a URL").into_response();
    };
    url.query_pairs_mut().extend_pairs(outcome).extend_pairs(asked.state.iter().map(|state| ("state", state)));
    Redirect::to(url.as_str()).into_response()
}

/// A link a role, and a form for another account, without a script.
fn page(asked: &Authorization) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let kept = [
        ("client_id", Some(&asked.client_id)),
        ("redirect_uri", Some(&asked.redirect_uri)),
        ("response_type", Some(&asked.response_type)),
        ("code_challenge", Some(&asked.code_challenge)),
        ("code_challenge_method", Some(&asked.code_challenge_method)),
        ("state", asked.state.as_ref()),
        ("nonce", asked.nonce.as_ref()),
    ];
    let kept: Vec<(&str, &String)> = kept.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    query.extend_pairs(kept.iter());
    let query = escape(&query.finish());
    let link =
        |role: Role| format!("<li><a href=\"?{query}&amp;role={0}\">{0}</a>: {1}</li>", name(role), purpose(role));
    let links: String = [Role::Admin, Role::Seller, Role::Shopper].into_iter().map(link).collect();
    let hidden = |(name, value): &(&str, &String)| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
    };
    let hidden: String = kept.iter().map(hidden).collect();
    let body = include_str!("issuer.html").replace("{links}", &links).replace("{hidden}", &hidden);
    ([(HeaderName::from_static("x-frame-options"), "DENY")], Html(body)).into_response()
}

fn purpose(role: Role) -> &'static str {
    match role {
        Role::Admin => "every figure of the shop, and its operation",
        Role::Seller => "the seller's own sales",
        Role::Shopper => "recommendations of one's own",
        Role::Producer => "back-end events",
    }
}

fn name(role: Role) -> String {
    role.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// The request for a token (RFC 6749, sections 4.1.3 and 6).
#[derive(Debug, Deserialize)]
#[serde(tag = "grant_type", rename_all = "snake_case")]
enum TokenRequest {
    AuthorizationCode { code: String, redirect_uri: String, code_verifier: String },
    RefreshToken { refresh_token: String },
}

async fn token(State(issuer): State<Arc<LocalIssuer>>, Form(asked): Form<TokenRequest>) -> Response {
    let granted = match asked {
        TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier } => {
            let grant = issuer.sessions.exchange(&code, &code_verifier, &redirect_uri);
            grant.map(|grant| (grant.subject, grant.nonce))
        }
        TokenRequest::RefreshToken { refresh_token } => {
            issuer.sessions.renew(&refresh_token).map(|subject| (subject, None))
        }
    };
    let Some((subject, nonce)) = granted else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    match tokens(&issuer, subject, nonce.as_deref()) {
        Ok(tokens) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn tokens(issuer: &LocalIssuer, subject: Subject, nonce: Option<&str>) -> Result<Value, stack::Error> {
    let now = jiff::Timestamp::now().as_second();
    let access = subject.role.grant(Claims {
        iss: issuer.url.clone(),
        aud: AUDIENCE.to_owned(),
        sub: subject.account.to_string(),
        iat: now,
        exp: now + TOKEN_SECONDS,
        scope: None,
        groups: Vec::new(),
    });
    let mut identity = json!({
        "iss": issuer.url, "aud": CLIENT, "sub": access.sub, "iat": now, "exp": access.exp,
        "cognito:groups": access.groups, "name": name(subject.role),
    });
    if let Some(nonce) = nonce {
        identity["nonce"] = json!(nonce);
    }
    Ok(json!({
        "access_token": issuer.issuer.token(&access)?,
        "id_token": issuer.issuer.sign(&identity)?,
        "refresh_token": issuer.sessions.remember(subject),
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": "openid",
    }))
}

/// Where to go after signing out (OpenID Connect RP-Initiated Logout, section 2).
#[derive(Debug, Deserialize)]
struct SignOut {
    #[serde(default)]
    post_logout_redirect_uri: Option<String>,
}

async fn sign_out(State(issuer): State<Arc<LocalIssuer>>, Query(asked): Query<SignOut>) -> Response {
    let target = asked.post_logout_redirect_uri.and_then(|address| page_of(&issuer.origins, &address));
    let cookie = [(header::SET_COOKIE, format!("{COOKIE}=; Max-Age=0; Path=/"))];
    match target {
        Some(target) => (cookie, Redirect::to(target.as_str())).into_response(),
        None => (cookie, "signed out").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_stack_are_redirected_to() {
        let origins = ["http://127.0.0.1:8080".to_owned()];
        let page = |address: &str| page_of(&origins, address).map(String::from);
        assert_eq!(page("http://127.0.0.1:8080/shop/?a=b"), Some("http://127.0.0.1:8080/shop/?a=b".to_owned()));
        let other = [
            "http://127.0.0.1:8081/",
            "https://127.0.0.1:8080/",
            "http://127.0.0.1:8080@evil.example/",
            "/shop/",
            "blob:http://127.0.0.1:8080/1",
        ];
        for address in other {
            assert_eq!(page(address), None, "{address}");
        }
    }

    #[test]
    fn a_line_break_is_in_no_redirect() {
        let origins = ["http://127.0.0.1:8080".to_owned()];
        let target = page_of(&origins, "http://127.0.0.1:8080/shop/\r\nset-cookie: a=b").unwrap();
        assert!(!target.as_str().contains(['\r', '\n']));
        assert_eq!(Redirect::to(target.as_str()).into_response().status(), StatusCode::SEE_OTHER);
    }
}
