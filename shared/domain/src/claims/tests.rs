use super::*;

const COGNITO: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_ExAmPlE";
const OTHER: &str = "https://login.example.com/";

fn claims(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn is_admin(issuer: &str, groups: &str) -> bool {
    Claims::new(&claims(&[("iss", issuer), ("cognito:groups", groups)])).is_admin()
}

#[test]
fn an_id_token_says_so() {
    let kind = |kind: &[(&str, &str)]| Claims::new(&claims(kind)).is_id_token();
    assert!(kind(&[("iss", COGNITO), ("token_use", "id")]));
    assert!(!kind(&[("iss", COGNITO), ("token_use", "access")]));
    assert!(!kind(&[("iss", OTHER)]), "other issuers do not say");
}

#[test]
fn only_the_whole_name_of_a_group_makes_an_admin() {
    for issuer in [COGNITO, OTHER] {
        for admin in ["[admin]", "admin"] {
            assert!(is_admin(issuer, admin), "{issuer} {admin}");
        }
        let others = [
            "",
            "[]",
            "[ ]",
            "[billing,admin]",
            "billing,admin",
            "[billing,admin seller]",
            "billing admin",
            "[administrator]",
            "[not-admin seller]",
            "[Admin]",
            "[[admin]]",
            "[admin",
            "admin]",
            "[\"admin\"]",
            "['admin']",
            "[seller\tadmin]",
            "[seller\u{a0}admin]",
            "[admin,]",
            " admin",
            "admin ",
        ];
        for other in others {
            assert!(!is_admin(issuer, other), "{issuer} {other:?}");
        }
    }
}

#[test]
fn a_list_of_several_groups_is_split_only_where_no_name_has_a_space() {
    for several in ["[admin seller]", "[seller admin]", "[billing,admin admin]"] {
        assert!(is_admin(COGNITO, several), "{several}");
        assert!(!is_admin(OTHER, several), "{several} may be one name");
    }
    assert!(is_admin("https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_ExAmPlE", "[seller admin]"));
    let pretenders = [
        "http://cognito-idp.eu-central-1.amazonaws.com/x",
        "https://cognito-idp.eu-central-1.amazonaws.com.example.com/x",
        "https://cognito-idp.example.com/x.amazonaws.com/",
        "https://cognito-idp.eu-central-1.amazonaws.com",
        "",
    ];
    for issuer in pretenders {
        assert!(!is_admin(issuer, "[seller admin]"), "{issuer}");
    }
    assert!(!Claims::new(&claims(&[("cognito:groups", "[seller admin]")])).is_admin());
}

#[test]
fn a_scope_counts_the_same_as_a_list_and_as_a_text() {
    for name in ["scope", "scp"] {
        for scopes in ["analytic/admin", "openid analytic/admin", "[analytic/admin]", "[openid analytic/admin email]"] {
            assert!(Claims::new(&claims(&[(name, scopes)])).is_admin(), "{name} {scopes}");
            let trusted = scopes.replace("admin", "trusted");
            let trusted = claims(&[(name, &*trusted)]);
            assert!(Claims::new(&trusted).is_trusted() && !Claims::new(&trusted).is_admin(), "{name} {scopes}");
        }
        let others = [
            "",
            "analytic/admin2",
            "x-analytic/admin",
            "Analytic/Admin",
            "analytic/admin,openid",
            "[openid,analytic/admin]",
            "analytic/ admin",
            "[[analytic/admin]]",
            "analytic/trusted",
            "admin",
            "[\"analytic/admin\"]",
        ];
        for other in others {
            assert!(!Claims::new(&claims(&[(name, other)])).is_admin(), "{name} {other:?}");
        }
    }
    for name in ["scopes", "groups", "cognito:groups", "roles"] {
        assert!(!Claims::new(&claims(&[(name, "analytic/admin")])).is_admin(), "{name}");
    }
    // Being an admin does not imply being trusted, nor the other way round.
    assert!(!Claims::new(&claims(&[("iss", COGNITO), ("cognito:groups", "[admin analytic/trusted]")])).is_trusted());
}

#[test]
fn only_the_canonical_form_of_a_uuid_is_an_account() {
    let id = "0192e4a0-0000-7000-8000-00000000000a";
    assert_eq!(account_id(id), Some(Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_000a)));
    let others = [
        String::new(),
        "42".to_owned(),
        "order-service".to_owned(),
        Uuid::nil().to_string(),
        id.to_uppercase(),
        id.replace('-', ""),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        format!(" {id}"),
        format!("{id}\n"),
    ];
    for other in others {
        assert_eq!(account_id(&other), None, "{other:?}");
    }
}
