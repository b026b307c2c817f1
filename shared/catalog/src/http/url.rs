//! The address of an HTTP catalog, checked before anything is sent to it.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::CatalogError;

/// The URL that every interaction is posted to: https, or http to this machine.
///
/// It comes from the deployment, never from a request, and redirects are not followed, so nobody outside
/// decides where interactions go.
#[derive(Clone, PartialEq, Eq)]
pub struct CatalogUrl(Url);

impl CatalogUrl {
    pub(super) fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for CatalogUrl {
    type Err = CatalogError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(CatalogError::UrlUnreadable)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CatalogError::UrlWithUserinfo);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(CatalogError::UrlNotSecure),
        }
    }
}

/// Leaves the path and the query out: either may hold a key.
impl fmt::Debug for CatalogUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CatalogUrl({})", self.0.origin().ascii_serialization())
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
            assert!(good.parse::<CatalogUrl>().is_ok(), "{good}");
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
            assert!(matches!(bad.parse::<CatalogUrl>(), Err(CatalogError::UrlNotSecure)), "{bad}");
        }
    }

    #[test]
    fn a_url_with_credentials_or_no_url_is_refused() {
        for bad in ["https://user@catalog.example/", "https://:secret@catalog.example/"] {
            assert!(matches!(bad.parse::<CatalogUrl>(), Err(CatalogError::UrlWithUserinfo)), "{bad}");
        }
        for bad in ["", "catalog.example", "https://", "//x"] {
            assert!(matches!(bad.parse::<CatalogUrl>(), Err(CatalogError::UrlUnreadable(_))), "{bad}");
        }
    }

    #[test]
    fn the_path_and_the_query_stay_out_of_logs() {
        let url: CatalogUrl = "https://catalog.example/hook/s3cret?key=s3cret".parse().unwrap();
        assert_eq!(format!("{url:?}"), "CatalogUrl(https://catalog.example)");
    }
}
