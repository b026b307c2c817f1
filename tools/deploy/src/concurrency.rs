//! Whether the account has the concurrency that the template reserves.
//!
//! Lambda refuses a reservation that leaves fewer than 100 unreserved, and many new accounts have 10 in all: then a deployment
//! would fail after minutes and roll back.

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::DisplayErrorContext;

use crate::Error;
use crate::parameter::Parameters;
use crate::stage::Stage;

/// What Lambda keeps for functions without a reservation.
const UNRESERVED: u64 = 100;

/// The parameters that are reserved.
const RESERVED: [&str; 5] = [
    "AnswerQueriesConcurrency",
    "ImportInteractionsConcurrency",
    "ManagePeopleConcurrency",
    "RecommendConcurrency",
    "RecordInteractionsConcurrency",
];

/// Checks a new stage; one that exists has reserved before.
///
/// # Errors
/// `Usage` when the account has too little, `Account` when it cannot be asked.
pub(crate) async fn check(aws: &SdkConfig, stage: &Stage, parameters: &Parameters) -> Result<(), Error> {
    let value = |name| parameters.value(&stage.parameters, name);
    if stage.exists() || value("ReserveConcurrency") != "true" {
        return Ok(());
    }
    let wanted: u64 = RESERVED.into_iter().filter_map(|name| value(name).parse::<u64>().ok()).sum();
    let settings = Client::new(aws).get_account_settings().send().await;
    let settings = settings.map_err(|error| Error::Account(DisplayErrorContext(error).to_string().into()))?;
    let limit = settings.account_limit();
    let free = limit.and_then(aws_sdk_lambda::types::AccountLimit::unreserved_concurrent_executions);
    refuse(wanted, free.and_then(|free| u64::try_from(free).ok()))
}

fn refuse(wanted: u64, free: Option<u64>) -> Result<(), Error> {
    match free {
        Some(free) if free < wanted + UNRESERVED => Err(Error::Usage(format!(
            "this account has {free} unreserved concurrent executions, and the functions reserve {wanted}, which must leave \
             {UNRESERVED}; raise the account's quota, or deploy with --set ReserveConcurrency=false"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_account_with_ten_is_told_what_to_do() {
        assert!(refuse(32, Some(1000)).is_ok() && refuse(32, Some(132)).is_ok() && refuse(32, None).is_ok());
        for free in [10, 131] {
            let error = refuse(32, Some(free)).expect_err("too little").to_string();
            assert!(error.contains("ReserveConcurrency=false"), "{error}");
        }
    }
}
