//! The application's secret in the emulator's Secrets Manager.

use aws_sdk_secretsmanager::Client;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::TestQueue;

/// Keys that are long enough and public.
const KEYS: [(&str, &str); 2] =
    [("address_hash_key_1", TestSecret::ADDRESS_KEY), ("alert_signing_key_1", TestSecret::SIGNING_KEY)];

/// A test's own secret.
#[derive(Debug, Clone)]
pub struct TestSecret {
    name: String,
}

impl TestSecret {
    /// The key for hashing addresses.
    pub const ADDRESS_KEY: &'static str = "a secret of the tests only";
    /// The key for signing alerts.
    pub const SIGNING_KEY: &'static str = "0123456789abcdef0123456789abcdef";

    /// Creates a secret with the usual keys and these values.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn create(texts: &[(&str, &str)]) -> Self {
        let name = format!("test-{}", Uuid::now_v7());
        let texts: Map<_, _> =
            KEYS.iter().chain(texts).map(|(name, text)| ((*name).to_owned(), Value::from(*text))).collect();
        let call = Self::client().create_secret().name(&name).secret_string(Value::from(texts).to_string());
        call.send().await.unwrap();
        Self { name }
    }

    /// Returns the secret with only the usual keys, which all functions of this process share.
    pub(crate) async fn usual() -> &'static Self {
        static USUAL: OnceCell<TestSecret> = OnceCell::const_new();
        USUAL.get_or_init(|| Self::create(&[])).await
    }

    /// Returns the value of `APP_SECRET_ARN` for a function.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.name
    }

    /// Reads the values.
    ///
    /// # Panics
    /// When the emulator is not available, or the secret has a different content.
    pub async fn texts(&self) -> Map<String, Value> {
        let value = Self::client().get_secret_value().secret_id(&self.name).send().await.unwrap();
        serde_json::from_str(value.secret_string().unwrap()).unwrap()
    }

    /// Replaces the whole secret.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn replace(&self, text: &str) {
        Self::client().put_secret_value().secret_id(&self.name).secret_string(text).send().await.unwrap();
    }

    fn client() -> Client {
        Client::new(&TestQueue::aws())
    }
}
