//! The application's secret in Secrets Manager: named values, read once per execution environment, at first use.
//!
//! Not during initialization: waiting for another service there can hang, and Lambda repeats a failed initialization
//! without a log line that says why. A failed read is retried by the next invocation.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_lc_rs::rand;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// The limit for a read, including the SDK's retries: an HTTP function has ten seconds for everything.
const CALL_LIMIT: Duration = Duration::from_secs(3);
/// How often a change is restarted because someone else changed the secret meanwhile.
const CHANGES: u32 = 5;
/// The number of random bytes of a generated key.
const KEY_BYTES: usize = 32;

/// Why a secret could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager does not answer, or refuses. Retry later.
    #[error("could not reach the secret of APP_SECRET_ARN")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Its content is not what the function needs; an operator has to correct it. The message names values and never
    /// shows them.
    #[error("could not use the secret of APP_SECRET_ARN: {0}")]
    Unusable(String),
}

impl SecretError {
    /// Says whether the same read may succeed later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// The named texts of a secret. They are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretValues(BTreeMap<String, String>);

impl fmt::Debug for SecretValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl SecretValues {
    /// Returns the value of a name; an empty one counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Returns the versions of a key, which are named `<name>_1`, `<name>_2` and so on.
    #[must_use]
    pub fn versions(&self, name: &str) -> BTreeMap<u32, &str> {
        let numbered = self.0.keys().filter_map(|key| key.strip_prefix(name)?.strip_prefix('_')?.parse().ok());
        numbered.filter_map(|number: u32| Some((number, self.get(&format!("{name}_{number}"))?))).collect()
    }

    /// Returns all names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Sets a value, or removes it when it is empty.
    pub fn set(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), text.to_owned());
        }
    }

    /// Adds a random key under the next free version and returns the version.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn add_version(&mut self, name: &str) -> Result<u32, SecretError> {
        let version = self.versions(name).into_keys().max().unwrap_or_default() + 1;
        let mut bytes = [0_u8; KEY_BYTES];
        rand::fill(&mut bytes).map_err(|_| SecretError::Unavailable("the system has no randomness".into()))?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.set(&format!("{name}_{version}"), &digits);
        Ok(version)
    }
}

/// A parser of the secret.
type Make<T> = Box<dyn Fn(&SecretValues) -> Result<T, String> + Send + Sync>;

/// The parsed secret of a function, cached as long as its environment lives.
pub struct Secret<T> {
    source: SecretSource,
    make: Make<T>,
    kept: OnceCell<T>,
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("arn", &self.source.arn).finish_non_exhaustive()
    }
}

impl<T> Secret<T> {
    /// Takes the location of the secret and its parser; nothing is read yet. `make` returns what is wrong without
    /// showing a value.
    pub fn new(
        source: SecretSource,
        make: impl Fn(&SecretValues) -> Result<T, String> + Send + Sync + 'static,
    ) -> Self {
        Self { source, make: Box::new(make), kept: OnceCell::new() }
    }

    /// Returns the parsed secret; reads it first if no read has succeeded yet.
    ///
    /// # Errors
    /// See [`SecretError`]; nothing is cached then.
    pub async fn get(&self) -> Result<&T, SecretError> {
        let read = async || (self.make)(&self.source.read().await?.0).map_err(SecretError::Unusable);
        self.kept.get_or_try_init(read).await
    }
}

/// The location of the secret.
#[derive(Debug, Clone)]
pub struct SecretSource {
    client: Client,
    arn: String,
}

impl SecretSource {
    /// Takes the ARN, or the name, of the secret.
    #[must_use]
    pub fn new(aws: &SdkConfig, arn: String) -> Self {
        let limits = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(CALL_LIMIT / 2)
            .operation_timeout(CALL_LIMIT)
            .build();
        Self { client: Client::from_conf(Builder::from(aws).timeout_config(limits).build()), arn }
    }

    /// Reads the values and their version.
    ///
    /// # Errors
    /// See [`SecretError`].
    pub async fn read(&self) -> Result<(SecretValues, String), SecretError> {
        // Boxed: the SDK's futures nest so deeply that they would exceed the compiler's type depth limit.
        let call = Box::pin(self.client.get_secret_value().secret_id(&self.arn).send());
        let value = call.await.map_err(|error| SecretError::Unavailable(error.into()))?;
        // The parse error is dropped on purpose: it could quote the secret.
        let texts = serde_json::from_str(value.secret_string().unwrap_or_default())
            .map_err(|_| SecretError::Unusable("it must be a JSON object of texts".to_owned()))?;
        Ok((SecretValues(texts), value.version_id().unwrap_or_default().to_owned()))
    }

    /// Changes the values; returns the result of `change`, and whether anything changed.
    ///
    /// Concurrent changes are serialized: the new version's id is derived from the one that it replaces, and Secrets
    /// Manager refuses a second version with the same id and other content. After a refusal the secret is read again.
    ///
    /// # Errors
    /// See [`SecretError`].
    pub async fn change<R>(
        &self,
        change: impl Fn(&mut SecretValues) -> Result<R, SecretError>,
    ) -> Result<(R, bool), SecretError> {
        for _ in 0..CHANGES {
            let (before, version) = self.read().await?;
            let mut after = before.clone();
            let result = change(&mut after)?;
            if after == before {
                return Ok((result, false));
            }
            let token = Uuid::new_v5(&Uuid::NAMESPACE_OID, version.as_bytes()).to_string();
            let text = serde_json::to_string(&after.0).map_err(|error| SecretError::Unavailable(error.into()))?;
            let call = self.client.put_secret_value().secret_id(&self.arn).client_request_token(token);
            match Box::pin(call.secret_string(text).send()).await {
                Ok(_) => return Ok((result, true)),
                Err(error) if error.as_service_error().is_some_and(|cause| cause.is_resource_exists_exception()) => {}
                Err(error) => return Err(SecretError::Unavailable(error.into())),
            }
        }
        Err(SecretError::Unavailable("others change it all the time".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbered_and_an_empty_text_is_none() {
        let mut values = SecretValues::default();
        for (name, text) in [("key_1", "a"), ("key_2", ""), ("key_10", "c"), ("key_x", "d"), ("other_key_1", "e")] {
            values.0.insert(name.to_owned(), text.to_owned());
        }
        assert_eq!(values.versions("key"), BTreeMap::from([(1, "a"), (10, "c")]));
        assert_eq!(values.add_version("key").unwrap(), 11);
        assert_eq!(values.get("key_11").unwrap().len(), 2 * KEY_BYTES);
        assert_eq!(values.add_version("new").unwrap(), 1);
        assert_ne!(values.get("new_1"), values.get("key_11"));
        values.set("key_1", "");
        assert_eq!(values.get("key_1"), None);
    }

    #[test]
    fn no_text_is_shown() {
        let mut values = SecretValues::default();
        values.set("key_1", "s3cret");
        assert_eq!(format!("{values:?}"), "{\"key_1\"}");
    }
}
