//! The network that comes with a created database.

use serde_json::json;
use testkit::template::FUNCTION;

use super::template;

#[test]
fn functions_are_in_the_created_network_or_in_yours_but_for_the_probe() {
    let template = template();
    let created = json!({
        "SubnetIds": [{ "Ref": "PrivateSubnetA" }, { "Ref": "PrivateSubnetB" }],
        "SecurityGroupIds": [{ "Ref": "FunctionsSecurityGroup" }],
        "Ipv6AllowedForDualStack": true,
    });
    let listed = |name: &str| json!({ "Fn::Split": [",", { "Ref": name }] });
    let yours = json!({ "SubnetIds": listed("SubnetIds"), "SecurityGroupIds": listed("SecurityGroupIds") });
    let yours = json!({ "Fn::If": ["HasSubnets", yours, { "Ref": "AWS::NoValue" }] });
    assert_eq!(template.at("/Globals/Function/VpcConfig"), &json!({ "Fn::If": ["CreateDatabase", created, yours] }));
    for (id, function) in template.all(FUNCTION) {
        // The API has an address of IPv4 only, which the created network does not reach.
        let own = (id == "ProbeApiFunction").then(|| json!({ "Ref": "AWS::NoValue" }));
        assert_eq!(function.get("VpcConfig"), own.as_ref(), "{id}");
    }
}

#[test]
fn functions_reach_postgres_and_https_and_the_database_only_functions() {
    let template = template();
    let rules = |group: &str, direction: &str| {
        let rules = template.at(&format!("/Resources/{group}/Properties/{direction}")).as_array().unwrap();
        let all = rules.iter().map(|rule| {
            let from = ["CidrIp", "CidrIpv6", "SourceSecurityGroupId"].into_iter().find_map(|name| rule.get(name));
            format!("{}-{} {}", rule["FromPort"], rule["ToPort"], from.expect("an address or a group"))
        });
        all.collect::<Vec<_>>()
    };
    assert_eq!(
        rules("FunctionsSecurityGroup", "SecurityGroupEgress"),
        [r#"5432-5432 {"Ref":"VpcCidr"}"#, r#"443-443 "0.0.0.0/0""#, r#"443-443 "::/0""#]
    );
    assert_eq!(
        rules("DatabaseSecurityGroup", "SecurityGroupIngress"),
        [r#"5432-5432 {"Ref":"FunctionsSecurityGroup"}"#]
    );
    assert_eq!(rules("DatabaseSecurityGroup", "SecurityGroupEgress"), [r#"5432-5432 "127.0.0.1/32""#]);
}
