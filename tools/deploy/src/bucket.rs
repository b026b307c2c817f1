//! The bucket of the pages: three calls of S3's REST API, signed by the crate with which the AWS SDKs sign.
//!
//! Rejected: the SDK of S3, which would be the largest dependency of all for these; and a listing, because the pages know their
//! keys (`pages`).

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use reqwest::{Client, Method, Response, StatusCode, Url};

use crate::Error;

/// How often a call is made before it fails: S3 answers 503 when it wants to be asked again.
const ATTEMPTS: u32 = 4;
/// The delay before the first repetition; it doubles.
const PAUSE: Duration = Duration::from_millis(500);

/// A bucket.
pub(crate) struct Bucket {
    client: Client,
    credentials: Credentials,
    region: String,
    /// With a slash at its end.
    address: Url,
}

/// An object with the headers under which it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) key: String,
    pub(crate) content: Vec<u8>,
    pub(crate) content_type: &'static str,
    pub(crate) cache_control: &'static str,
}

/// A request to S3 without its signature.
struct Call<'a> {
    method: Method,
    key: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
}

impl Bucket {
    /// Finds the bucket at its host name, or below the address of an emulator.
    ///
    /// # Errors
    /// Without credentials.
    pub(crate) async fn open(aws: &SdkConfig, client: Client, name: &str) -> Result<Self, Error> {
        let provider = aws.credentials_provider().ok_or(Error::Credentials(None))?;
        let credentials = provider.provide_credentials().await.map_err(|error| Error::Credentials(Some(error)))?;
        let region = aws.region().map(ToString::to_string).unwrap_or_default();
        let address = match std::env::var("AWS_ENDPOINT_URL") {
            Ok(endpoint) if !endpoint.is_empty() => format!("{}/{name}/", endpoint.trim_end_matches('/')),
            _ => format!("https://{name}.s3.{region}.amazonaws.com/"),
        };
        let address = Url::parse(&address).map_err(|error| Error::Usage(format!("AWS_ENDPOINT_URL: {error}")))?;
        Ok(Self { client, credentials, region, address })
    }

    /// Reads an object; `None` when there is none.
    ///
    /// # Errors
    /// When S3 refuses or cannot be reached.
    pub(crate) async fn find(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let response = self.call(&Call { method: Method::GET, key, headers: &[], body: &[] }).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let content = expected(key, response).await?.bytes().await;
        Ok(Some(content.map_err(|source| Error::Bucket { key: key.to_owned(), source })?.to_vec()))
    }

    /// Writes an object. Whoever reads meanwhile gets the old one or the new one.
    ///
    /// # Errors
    /// When S3 refuses or cannot be reached.
    pub(crate) async fn put(&self, object: &Object) -> Result<(), Error> {
        let headers = [("content-type", object.content_type), ("cache-control", object.cache_control)];
        let call = Call { method: Method::PUT, key: &object.key, headers: &headers, body: &object.content };
        let response = self.call(&call).await?;
        expected(&object.key, response).await.map(drop)
    }

    /// Removes an object. One that does not exist is fine.
    ///
    /// # Errors
    /// When S3 refuses or cannot be reached.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), Error> {
        let response = self.call(&Call { method: Method::DELETE, key, headers: &[], body: &[] }).await?;
        expected(key, response).await.map(drop)
    }

    /// Deletes the bucket, which must be empty.
    ///
    /// # Errors
    /// When S3 refuses or cannot be reached.
    pub(crate) async fn delete(&self) -> Result<(), Error> {
        let response = self.call(&Call { method: Method::DELETE, key: "", headers: &[], body: &[] }).await?;
        expected("", response).await.map(drop)
    }

    /// Calls S3, again while it cannot answer.
    async fn call(&self, call: &Call<'_>) -> Result<Response, Error> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS {
            match self.attempt(call).await {
                Ok(response) if !response.status().is_server_error() => return Ok(response),
                Err(error @ Error::Sign(_)) => return Err(error),
                _ => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
        self.attempt(call).await
    }

    async fn attempt(&self, call: &Call<'_>) -> Result<Response, Error> {
        let mut url = self.address.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(call.key.split('/'));
        }
        let mut request = self.client.request(call.method.clone(), url.clone()).body(call.body.to_vec());
        let signature = self.sign(call, &url).map_err(Error::Sign)?;
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        for (name, value) in signature {
            request = request.header(name, value);
        }
        request.send().await.map_err(|source| Error::Bucket { key: call.key.to_owned(), source })
    }

    /// Returns the headers of the signature, as S3 wants them: the path encoded once and as it is, with the hash of the body.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
    fn sign(&self, call: &Call<'_>, url: &Url) -> Result<Vec<(String, String)>, SignError> {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()?
            .into();
        let signed = call.headers.iter().copied();
        let body = SignableBody::Bytes(call.body);
        let request = SignableRequest::new(call.method.as_str(), url.as_str(), signed, body)?;
        let (instructions, _) = sign(request, &parameters)?.into_parts();
        let (headers, _) = instructions.into_parts();
        Ok(headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect())
    }
}

/// Why a request could not be signed.
type SignError = Box<dyn std::error::Error + Send + Sync>;

/// Passes on a success.
async fn expected(key: &str, response: Response) -> Result<Response, Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let said = response.text().await.unwrap_or_default();
    Err(Error::BucketRefused { key: key.to_owned(), status: status.as_u16(), said })
}
