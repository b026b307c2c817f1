//! The URL of a server, checked before anything is sent to it.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// A URL to which data may be sent: https, or http to this machine.
///
/// It comes from the deployment, never from a request, and redirects are not followed, so no outsider decides where
/// data goes.
#[derive(Clone, PartialEq, Eq)]
pub struct SecureUrl(Url);

/// A URL that is rejected.
#[derive(Debug, thiserror::Error)]
pub enum InvalidUrl {
    /// The string is not a URL.
    #[error("must be a url")]
    Unreadable(#[source] url::ParseError),
    /// Data would be readable in transit: plain http is for this machine only.
    #[error("must begin with https:// (http:// only to a loopback address)")]
    NotSecure,
    /// A password in a URL ends up in logs and consoles.
    #[error("must not contain a user name or password")]
    WithUserinfo,
}

impl SecureUrl {
    /// Returns the URL.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Returns the host without the port: a name in lower case, or an address (in brackets when it is IPv6).
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Says whether the host is this machine, which `localhost` and the loopback addresses name.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl FromStr for SecureUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(InvalidUrl::Unreadable)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidUrl::WithUserinfo);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(InvalidUrl::NotSecure),
        }
    }
}

/// Omits the path and the query: either may contain a key.
impl fmt::Debug for SecureUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecureUrl({})", self.0.origin().ascii_serialization())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_accepted_and_http_only_to_this_machine() {
        for good in ["https://catalog.example/x?y=1", "http://127.0.0.1:80/", "http://[::1]:9/", "http://localhost/"] {
            assert!(good.parse::<SecureUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://catalog.example/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "unix:/run/x",
        ] {
            assert!(matches!(bad.parse::<SecureUrl>(), Err(InvalidUrl::NotSecure)), "{bad}");
        }
    }

    #[test]
    fn a_url_with_credentials_or_no_url_is_refused() {
        for bad in ["https://user@catalog.example/", "https://:secret@catalog.example/"] {
            assert!(matches!(bad.parse::<SecureUrl>(), Err(InvalidUrl::WithUserinfo)), "{bad}");
        }
        for bad in ["", "catalog.example", "https://", "//x"] {
            assert!(matches!(bad.parse::<SecureUrl>(), Err(InvalidUrl::Unreadable(_))), "{bad}");
        }
    }

    #[test]
    fn the_path_and_the_query_stay_out_of_logs() {
        let url: SecureUrl = "https://catalog.example/hook/s3cret?key=s3cret".parse().unwrap();
        assert_eq!(format!("{url:?}"), "SecureUrl(https://catalog.example)");
    }
}
