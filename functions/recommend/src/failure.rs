//! The failures that only this function returns.

use contracts::Failure;
use store::StoreError;

/// Postgres is unavailable, or its schema is not ours.
pub(crate) fn of_store(error: StoreError) -> Failure {
    let is_temporary = error.is_temporary();
    Failure::of_ours(error, is_temporary, "the recommendations cannot be reached; try again")
}

/// A rule that does the same stands.
pub(crate) fn twice(id: i64) -> Failure {
    Failure::new(409, "conflict", format!("rule {id} does the same at the same place and time; remove it first"))
}

/// So many rules stand that no other fits.
pub(crate) fn too_many_rules() -> Failure {
    let limit = domain::recommendation::RULES_MAX;
    Failure::new(409, "too_many_rules", format!("at most {limit} rules may be in force or to come; remove some first"))
}

/// No rule with this number stands.
pub(crate) fn no_rule() -> Failure {
    Failure::new(404, "not_found", "no rule with this id is in force or to come")
}

/// The token is of nobody who has a history.
pub(crate) fn no_account() -> Failure {
    Failure::forbidden("only shoppers have recommendations of their own: the subject of the token must be a UUID")
}
