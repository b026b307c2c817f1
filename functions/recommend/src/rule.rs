//! The rules of the shop about recommendations. For admins.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contracts::{Data, Failure, Parameters, ShownRule, read_rule};
use domain::recommendation::{Placement, RuleTarget};
use jiff::Timestamp;
use serving::{Admin, DecodedBody, QueryParameters, Refusal};
use store::recommendation::{self, Added, Rule};

use crate::{Deps, failure};

/// `GET /recommendations/rules`: the rules in force and to come.
pub(crate) async fn list(_: Admin, State(deps): State<Arc<Deps>>, query: QueryParameters) -> Result<Response, Refusal> {
    Parameters::read(query.pairs(), &[])?;
    let rules = recommendation::list_rules(&deps.database).await.map_err(failure::of_store)?;
    Ok(serving::private(&Data { data: rules.into_iter().map(public).collect::<Vec<_>>() }))
}

/// `POST /recommendations/rules`.
pub(crate) async fn add(
    admin: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
    DecodedBody(body): DecodedBody,
) -> Result<Response, Refusal> {
    Parameters::read(query.pairs(), &[])?;
    let new = read_rule(&body, Timestamp::now()).map_err(Failure::from)?;
    match recommendation::add_rule(&deps.database, &new, &admin.subject).await.map_err(failure::of_store)? {
        Added::New(rule) => {
            tracing::info!(rule.id = rule.id, "added a rule");
            Ok((StatusCode::CREATED, serving::private(&Data { data: public(rule) })).into_response())
        }
        Added::Twice(id) => Err(failure::twice(id).into()),
        Added::TooMany => Err(failure::too_many_rules().into()),
    }
}

/// `DELETE /recommendations/rules/{rule_id}`.
pub(crate) async fn remove(
    admin: Admin,
    State(deps): State<Arc<Deps>>,
    id: Result<Path<String>, PathRejection>,
    query: QueryParameters,
) -> Result<Response, Refusal> {
    Parameters::read(query.pairs(), &[])?;
    let id = id.ok().and_then(|Path(text)| text.parse().ok()).filter(|id: &i64| *id > 0);
    let id = id.ok_or_else(|| Failure::invalid("rule_id: must be the number of a rule"))?;
    if recommendation::remove_rule(&deps.database, id, &admin.subject).await.map_err(failure::of_store)? {
        tracing::info!(rule.id = id, "removed a rule");
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(failure::no_rule().into())
    }
}

fn public(rule: Rule) -> ShownRule {
    let content = rule.content;
    ShownRule {
        id: rule.id,
        action: content.action.as_str(),
        target: RuleTarget::as_str(content.target),
        target_id: content.target_id,
        placement: content.placement.map(Placement::as_str),
        position: content.action.position(),
        factor: content.action.factor(),
        starts_at: content.starts_at,
        ends_at: content.ends_at,
        reason: content.reason,
        created_by: rule.created_by,
        date_created: rule.date_created,
    }
}
