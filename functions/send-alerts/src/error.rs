//! Why a whole batch is redelivered.

use outbound::ClientError;
use platform::SecretError;
use store::StoreError;

/// A failure that does not concern a single message.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Pending alerts could not be read, or outcomes could not be stored. A webhook may already have received an alert;
    /// it recognizes the alert by its key.
    #[error("could not use the pending alerts")]
    Store(#[from] StoreError),
    /// The webhooks or the signing key are not available.
    #[error("could not read the webhooks")]
    Secret(#[from] SecretError),
    /// No call can be made with these settings.
    #[error("could not call the webhooks")]
    Client(#[from] ClientError),
    /// No webhook has accepted any alert of the batch, now or before.
    #[error("could not deliver an alert to any webhook")]
    WebhooksDown,
}
