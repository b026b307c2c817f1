//! The location of the test stack.

use serde_json::Value;

/// The services that `make test` started.
#[derive(Debug, Clone)]
pub struct Stack {
    description: Value,
}

impl Stack {
    /// Reads the file that `SHOPSIGNAL_STACK_FILE` names.
    ///
    /// # Panics
    /// When it does not exist: a test without its services must not pass.
    #[must_use]
    pub fn get() -> Self {
        let path = std::env::var("SHOPSIGNAL_STACK_FILE")
            .expect("SHOPSIGNAL_STACK_FILE is not set: run the tests with `make test`, or `make test-up` first");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("could not read {path}: {error}"));
        Self { description: serde_json::from_str(&text).unwrap() }
    }

    /// Returns an entry of the file.
    ///
    /// # Panics
    /// When it is missing.
    #[must_use]
    pub fn entry(&self, name: &str) -> &str {
        self.description[name].as_str().unwrap_or_else(|| panic!("the stack file has no {name}"))
    }

    /// Returns the URL of the server on which test databases are created.
    #[must_use]
    pub fn database_url(&self) -> &str {
        self.entry("database_url")
    }

    /// Returns the endpoint of the AWS APIs.
    #[must_use]
    pub fn aws_endpoint(&self) -> &str {
        self.entry("aws_endpoint")
    }
}
