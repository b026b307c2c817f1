//! The pages of a stage: in the bucket with their headers, switched as a whole, and gone with the stage.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Stack, TestDatabase};

use crate::stage::{MACHINE, Stage};

/// A release of the pages, whose assets have its name in theirs.
fn build(release: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("dashboard/dist/index.html", &format!("<script src=\"assets/{release}.js\">"));
    write(&format!("dashboard/dist/assets/{release}.js"), release);
    write("tracker/dist/tracker.js", release);
    folder
}

/// Calls the emulator of AWS for something that only exists on AWS.
async fn call(service: &str, target: &str, content_type: &str, body: String) -> String {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let (path, action) = target.split_once(' ').unwrap_or(("", target));
    let request = reqwest::Client::new().post(format!("{}{path}", Stack::get().aws_endpoint()));
    let request = request.header("authorization", authorization).header("content-type", content_type);
    let reply = request.header("x-amz-target", action).body(body).send().await.unwrap();
    assert!(reply.status().is_success(), "{service}: {}", reply.status());
    reply.text().await.unwrap()
}

/// A zone and a certificate, which a shop has before it deploys.
async fn domain(name: &str) -> (String, String) {
    let zone = format!(
        "<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Name>{name}</Name>\
         <CallerReference>{name}</CallerReference></CreateHostedZoneRequest>"
    );
    let zone = call("route53", "/2013-04-01/hostedzone -", "application/xml", zone).await;
    let (_, zone) = zone.split_once("/hostedzone/").expect("a zone");
    let (zone, _) = zone.split_once('<').unwrap();
    let wanted = json!({ "DomainName": name, "ValidationMethod": "DNS" }).to_string();
    let certificate =
        call("acm", "/ CertificateManager.RequestCertificate", "application/x-amz-json-1.1", wanted).await;
    let certificate: Value = serde_json::from_str(&certificate).unwrap();
    (zone.to_owned(), certificate["CertificateArn"].as_str().expect("a certificate").to_owned())
}

/// Reads an object: status, type, how long it may be kept, and content.
async fn read(bucket: &str, key: &str) -> (u16, String, String, String) {
    let reply = reqwest::get(format!("{}/{bucket}/{key}", Stack::get().aws_endpoint())).await.unwrap();
    let header =
        |name: &str| reply.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let (status, kind, cache) = (reply.status().as_u16(), header("content-type"), header("cache-control"));
    (status, kind, cache, reply.text().await.unwrap())
}

fn web(folder: &Path) -> [&str; 2] {
    ["--web", folder.to_str().unwrap()]
}

/// The parameters of a stage with pages.
async fn parameters(name: &str, database: &TestDatabase) -> Vec<String> {
    let (zone, certificate) = domain(name).await;
    vec![
        format!("DatabaseUrl={}", database.url()),
        format!("Architecture={MACHINE}"),
        format!("JwtIssuer={}", Stack::get().entry("issuer")),
        "JwtAudience=shopsignal".to_owned(),
        "PopularityVisibilitySeconds=4".to_owned(),
        "CatalogVisibilitySeconds=4".to_owned(),
        format!("DomainName={name}"),
        format!("CertificateArn={certificate}"),
        format!("EdgeCertificateArn={certificate}"),
        format!("HostedZoneId={zone}"),
        "Edge=true".to_owned(),
        "Web=true".to_owned(),
        "WebClientId=the-client".to_owned(),
    ]
}

/// Checks the objects of the first release and their headers.
async fn assert_served(bucket: &str) {
    let kind = "text/javascript; charset=utf-8".to_owned();
    let asset = (200, kind, "public, max-age=31536000, immutable".to_owned(), "a1".to_owned());
    assert_eq!(read(bucket, "dashboard/assets/a1.js").await, asset);
    let (status, kind, cache, page) = read(bucket, "dashboard/index.html").await;
    assert_eq!((status, kind.as_str(), cache.as_str()), (200, "text/html; charset=utf-8", "no-cache"));
    assert!(page.contains("a1.js"), "{page}");
    let (.., cache, configuration) = read(bucket, "config.json").await;
    assert_eq!(cache, "no-cache");
    let configuration: Value = serde_json::from_str(&configuration).unwrap();
    let issuer = Stack::get().entry("issuer").to_owned();
    assert_eq!(configuration, json!({ "issuer": issuer, "client_id": "the-client", "scope": "openid" }));
}

#[tokio::test]
async fn pages_are_uploaded_switched_and_removed_with_the_stage() {
    // An error means that a provider is already installed, which is fine.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let (database, stage, first) = (TestDatabase::create_empty().await, Stage::new(), build("a1"));
    let set = parameters(&format!("{}.example.com", stage.name()), &database).await;
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    let missing = first.path().join("missing");
    stage.up_with_pages(&set, &web(&missing)).await.must(1, "dashboard/dist is not built; first: make web");
    assert!(!stage.file().exists());
    let said = stage.up_with_pages(&set, &web(first.path())).await.must(0, "pages: 4 of 4 files uploaded");
    let bucket = said.line("bucket of pages");
    assert_served(&bucket).await;

    // the same again uploads no asset; the next release keeps the assets of this one, the next but one removes them
    let said = stage.up_with_pages(&[], &web(first.path())).await.must(0, "pages: 3 of 4 files uploaded");
    assert_eq!(said.line("bucket of pages"), bucket);
    for (release, old) in [("b2", 200), ("c3", 404)] {
        stage.up_with_pages(&[], &web(build(release).path())).await.must(0, "pages: 4 of 4 files uploaded");
        let (.., page) = read(&bucket, "dashboard/index.html").await;
        assert!(page.contains(release), "{page}");
        assert_eq!(read(&bucket, "dashboard/assets/a1.js").await.0, old, "after {release}");
    }
    stage.up_with_pages(&["Web=false"], &web(first.path())).await.must(0, "pages: removing");
    assert_eq!(read(&bucket, "dashboard/index.html").await.0, 404, "the bucket is gone");
    let said = stage.up_with_pages(&["Web=true"], &web(first.path())).await.must(0, "pages: 4 of 4 files uploaded");
    let bucket = said.line("bucket of pages");
    stage.destroy(&["--yes"]).await.must(0, "removed");
    assert_eq!(read(&bucket, "dashboard/index.html").await.0, 404, "the bucket is gone");
}
