use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials as Keys;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::*;

#[tokio::test]
async fn a_token_is_a_presigned_connect_request_without_its_scheme() {
    let keys = Keys::new("AKIDEXAMPLE", "secret", Some("session/+=".to_owned()), None, "test");
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build();
    let url = "postgres://shop@proxy.example:6432/shop?sslmode=require";
    let settings = Settings::new(url, None, true).unwrap();
    let config = log_in(&settings, Some(&aws)).await.unwrap();
    let token = String::from_utf8(config.get_password().unwrap().to_vec()).unwrap();
    assert!(
        token.starts_with("proxy.example:6432/?Action=connect&DBUser=shop&X-Amz-Algorithm=AWS4-HMAC-SHA256"),
        "{token}"
    );
    assert!(token.contains("%2Feu-central-1%2Frds-db%2Faws4_request"), "{token}");
    assert!(token.contains("X-Amz-Expires=900") && token.contains("X-Amz-Security-Token=session%2F%2B%3D"), "{token}");
    assert!(token.contains("&X-Amz-Signature="), "{token}");
}

#[tokio::test]
async fn without_an_aws_configuration_nobody_can_log_in_by_token() {
    let settings = Settings::new("postgres://u@h/d?sslmode=require", None, true).unwrap();
    assert!(matches!(log_in(&settings, None).await, Err(StoreError::Unavailable(_))));
}
