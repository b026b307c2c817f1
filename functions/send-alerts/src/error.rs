//! Why a whole batch comes again.

use outbound::ClientError;
use platform::SecretError;
use store::StoreError;

/// A failure that is not one message's.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// What is owed could not be read, or what was confirmed or refused could not be noted. A webhook may have been
    /// told already; it knows the alert by its key.
    #[error("could not use the pending alerts")]
    Store(#[from] StoreError),
    /// Who is to be told, or the key to sign with, cannot be had.
    #[error("could not read the webhooks")]
    Secret(#[from] SecretError),
    /// No call can be made with these settings.
    #[error("could not call the webhooks")]
    Client(#[from] ClientError),
    /// Nothing got through. What was confirmed before is noted, the batch comes again.
    #[error("could not get through to any webhook")]
    WebhooksDown,
}
