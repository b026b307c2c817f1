//! The HTTP response that API Gateway creates from a function's response (payload format 2.0).

use std::collections::BTreeMap;

use serde_json::Value;

/// The headers of every response, success or failure, of every function.
const PROTECTION: [(&str, &str); 2] =
    [("x-content-type-options", "nosniff"), ("strict-transport-security", "max-age=31536000")];

/// A response as the client receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl HttpReply {
    /// Parses a function's response.
    ///
    /// # Panics
    /// When it is not an HTTP response, is in base64, which ours never are, or lacks a header that all of ours have.
    #[must_use]
    pub fn of(answer: &Value) -> Self {
        assert_ne!(answer["isBase64Encoded"], true, "{answer}");
        let status = answer["statusCode"].as_u64().and_then(|status| status.try_into().ok());
        let headers = answer["headers"].as_object().into_iter().flatten();
        let reply = Self {
            status: status.unwrap_or_else(|| panic!("no status: {answer}")),
            headers: headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned())).collect(),
            body: answer["body"].as_str().unwrap_or_default().to_owned(),
        };
        for (name, value) in PROTECTION {
            assert_eq!(reply.header(name), value, "{name} of {reply:?}");
        }
        reply
    }

    /// Reads the body as JSON.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns status, code and message of an error in our envelope.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub fn refusal(&self) -> String {
        let error = &self.json()["error"];
        assert_eq!(error["http_status"], self.status, "{self:?}");
        format!("{} {}: {}", self.status, error["code"].as_str().unwrap(), error["message"].as_str().unwrap())
    }

    /// Returns a header, empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
