//! How what can go wrong on our side is answered. No text says whom the request was about.

use contracts::Failure;
use people::PeopleError;
use platform::SecretError;

/// The key for hashing addresses could not be read.
pub(crate) fn of_secret(error: SecretError) -> Failure {
    let is_temporary = error.is_temporary();
    Failure::of_secret(error, is_temporary)
}

/// A place could not be reached, or holds too much.
pub(crate) fn of_people(error: PeopleError) -> Failure {
    if let PeopleError::TooLarge { limit } = error {
        let text = format!("more than {limit} bytes are held; use `shopsignal person export`, which has no limit");
        return Failure::new(413, "export_too_large", text).because(error);
    }
    let is_temporary = error.is_temporary();
    Failure::of_ours(
        error,
        is_temporary,
        "not everything was reached in time; what was done stays done, send the request again",
    )
}
