//! The pages: a private bucket behind the one distribution, the headers of the local stack, and the paths of their routers.

use std::process::Command;

use serde_json::{Value, json};
use testkit::template::{Template, repository};

use super::template;

/// The patterns that lead to the bucket; everything else is the API.
const PATTERNS: [&str; 4] = ["/", "/dashboard*", "/tracker/*", "/config.json"];

fn distribution(template: &Template) -> &Value {
    &template.all("AWS::CloudFront::Distribution")["EdgeDistribution"]["DistributionConfig"]
}

#[test]
fn only_the_distribution_reads_the_bucket() {
    let template = template();
    let bucket = template.all("AWS::S3::Bucket")["WebBucket"];
    let block = bucket["PublicAccessBlockConfiguration"].as_object().expect("a block");
    assert!(block.len() == 4 && block.values().all(|value| value == true), "{block:?}");
    assert!(bucket.get("WebsiteConfiguration").is_none(), "a website is public");
    let policies = template.all("AWS::S3::BucketPolicy");
    let statements = policies["WebBucketPolicy"]["PolicyDocument"]["Statement"].as_array().expect("statements");
    let source =
        json!({ "Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${EdgeDistribution}" });
    let mut allowed = Vec::new();
    for statement in statements.iter().filter(|statement| statement["Effect"] == "Allow") {
        assert_eq!(statement["Principal"], json!({ "Service": "cloudfront.amazonaws.com" }));
        assert_eq!(statement["Condition"], json!({ "StringEquals": { "AWS:SourceArn": source } }));
        allowed.push(statement["Action"].as_str().expect("one action"));
    }
    assert_eq!(allowed, ["s3:GetObject", "s3:ListBucket"]);
    let access = template.all("AWS::CloudFront::OriginAccessControl")["WebOriginAccess"];
    assert_eq!(access["OriginAccessControlConfig"]["SigningBehavior"], "always");
}

#[test]
fn the_pages_share_the_distribution_of_the_api_and_change_none_of_its_answers() {
    let template = template();
    assert_eq!(template.all("AWS::CloudFront::Distribution").len(), 1);
    let distribution = distribution(&template);
    assert!(distribution.get("CustomErrorResponses").is_none(), "a 404 of the API would become a page");
    assert_eq!(distribution["DefaultCacheBehavior"]["TargetOriginId"], "api");
    assert!(distribution["DefaultCacheBehavior"].get("FunctionAssociations").is_none());
    let behaviors = &distribution["CacheBehaviors"]["Fn::If"];
    assert_eq!((&behaviors[0], &behaviors[2]), (&json!("HasWeb"), &json!({ "Ref": "AWS::NoValue" })));
    let behaviors = behaviors[1].as_array().expect("behaviors");
    let patterns: Vec<_> =
        behaviors.iter().map(|behavior| behavior["PathPattern"].as_str().expect("a pattern")).collect();
    assert_eq!(patterns, PATTERNS);
    for behavior in behaviors {
        assert_eq!((&behavior["TargetOriginId"], &behavior["Compress"]), (&json!("pages"), &json!(true)));
        assert_eq!(behavior["ResponseHeadersPolicyId"], json!({ "Ref": "WebHeaders" }), "{behavior}");
        assert_eq!(behavior["ViewerProtocolPolicy"], "redirect-to-https");
    }
    for (id, resource) in template.at("/Resources").as_object().expect("resources") {
        let is_of_pages = id.starts_with("Web");
        let condition = if id == "WebClient" { "CreateWebClient" } else { "HasWeb" };
        assert!(!is_of_pages || resource["Condition"] == condition, "{id} is created always");
    }
}

#[test]
fn the_headers_are_those_of_the_local_stack() {
    let template = template();
    let policies = template.all("AWS::CloudFront::ResponseHeadersPolicy");
    let headers = &policies["WebHeaders"]["ResponseHeadersPolicyConfig"];
    let security = &headers["SecurityHeadersConfig"];
    let policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0].as_str().expect("a policy");
    let local = std::fs::read_to_string(repository().join("tools/local/src/web/headers.rs")).unwrap();
    // A string over two lines.
    let local = local.replace("\\\n         ", "");
    assert!(local.contains(&policy.replace("${Issuer}", "{issuer}")), "{policy}");
    let referrer = security["ReferrerPolicy"]["ReferrerPolicy"].as_str().expect("a policy");
    let permissions = &headers["CustomHeadersConfig"]["Items"][0];
    assert_eq!(permissions["Header"], "Permissions-Policy");
    let permissions = permissions["Value"].as_str().expect("a value");
    assert!([referrer, permissions, "nosniff", "DENY"].iter().all(|value| local.contains(&format!("\"{value}\""))));
    let all =
        ["ContentSecurityPolicy", "ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity"];
    for name in all {
        assert_eq!(security[name]["Override"], true, "{name}");
    }
    assert_eq!(security.as_object().map(serde_json::Map::len), Some(all.len()));
}

/// Runs the function of the template on a path, with the Node.js that builds the pages: the path of the file, or `302` and the
/// location.
fn resolve(code: &str, path: &str) -> String {
    let script = format!(
        "{code}
        const result = handler({{ request: {{ uri: {} }} }});
        console.log(result.statusCode ? result.statusCode + ' ' + result.headers.location.value : result.uri);",
        json!(path)
    );
    let output = Command::new(repository().join(".venv/node/bin/node")).args(["--eval", &script]).output();
    let output = output.expect("Node.js, which `make web` installs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn every_path_of_a_page_leads_to_its_index_and_a_file_to_itself() {
    let template = template();
    let code = template.all("AWS::CloudFront::Function")["WebPaths"]["FunctionCode"].as_str().expect("code");
    for (path, expected) in [
        ("/", "302 /dashboard/"),
        ("/dashboard", "302 /dashboard/"),
        ("/dashboard/", "/dashboard/index.html"),
        ("/dashboard/products/p-1", "/dashboard/index.html"),
        ("/dashboard/products/gid.42", "/dashboard/index.html"),
        ("/dashboard/products/p-1.png", "/dashboard/index.html"),
        ("/dashboard/orders/", "/dashboard/index.html"),
        ("/dashboard/index.html", "/dashboard/index.html"),
        ("/dashboard/assets/app-1a2b.js", "/dashboard/assets/app-1a2b.js"),
        ("/dashboard/assets/missing", "/dashboard/assets/missing"),
        ("/dashboard/favicon.svg", "/dashboard/favicon.svg"),
    ] {
        assert_eq!(resolve(code, path), expected, "{path}");
    }
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html, which Node.js goes
    // beyond.
    let beyond = regex::Regex::new(r"(?:const|let|var)\s*[\[{]|\?\.|\?\?|\.\.\.|\bclass\b|\bimport\b").unwrap();
    assert_eq!(beyond.find(code).map(|found| found.as_str()), None);
}
