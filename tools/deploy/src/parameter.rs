//! The parameters of template.yaml: which there are, and what a stage keeps of them. All have a default.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_yaml_ng::Value;
use stack::file;

use crate::Error;

/// The parameter that this command computes.
pub(crate) const RELEASE: &str = "Release";

/// The part of the template that is used here.
#[derive(Debug, Deserialize)]
struct Template {
    #[serde(rename = "Parameters")]
    parameters: BTreeMap<String, Parameter>,
}

/// One parameter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    default: Option<Value>,
}

/// All parameters of template.yaml by name.
#[derive(Debug)]
pub(crate) struct Parameters(BTreeMap<String, Parameter>);

impl Parameters {
    /// Reads them from a template.
    ///
    /// # Errors
    /// When the file is missing or is no template.
    pub(crate) fn read(template: &Path) -> Result<Self, Error> {
        Self::parse(&file::read(template)?)
    }

    fn parse(text: &[u8]) -> Result<Self, Error> {
        let template: Template = serde_yaml_ng::from_slice(text)?;
        Ok(Self(template.parameters))
    }

    /// Changes the kept parameters by `Name=Value` each.
    ///
    /// # Errors
    /// `Usage` when a name is unknown, or a value must not be kept.
    pub(crate) fn settle(&self, kept: &mut BTreeMap<String, String>, set: &[String]) -> Result<(), Error> {
        for setting in set {
            let (name, value) = split(setting)?;
            if name == RELEASE {
                return Err(Error::Usage(format!("{RELEASE} is computed from what is deployed; leave it out")));
            }
            kept.insert(name.to_owned(), value.to_owned());
        }
        for name in kept.keys() {
            if !self.0.contains_key(name) {
                return Err(Error::Usage(format!("template.yaml has no parameter {name}; docs/DEPLOY.md lists them")));
            }
        }
        refuse_password(kept)
    }

    /// The value that the stack will have.
    pub(crate) fn value(&self, kept: &BTreeMap<String, String>, name: &str) -> String {
        let default = || match self.0.get(name)?.default.as_ref()? {
            Value::Number(number) => Some(number.to_string()),
            other => other.as_str().map(str::to_owned),
        };
        kept.get(name).cloned().or_else(default).unwrap_or_default()
    }
}

fn split(setting: &str) -> Result<(&str, &str), Error> {
    setting.split_once('=').ok_or_else(|| Error::Usage(format!("--set {setting}: it must be Parameter=Value")))
}

/// Whether the stack has a database of its own that CloudFormation may not delete.
pub(crate) fn protects_a_database(kept: &BTreeMap<String, String>) -> bool {
    let is = |name: &str, value: &str| kept.get(name).map_or("", String::as_str) == value;
    is("DatabaseUrl", "") && !is("Database", "existing") && !is("DatabaseDeletionProtection", "false")
}

/// The database's owner signs in by IAM or with a secret: everybody who may read the stack, or this folder, would read it.
fn refuse_password(kept: &BTreeMap<String, String>) -> Result<(), Error> {
    let url = kept.get("DatabaseUrl").map(String::as_str).unwrap_or_default();
    let user = url.split_once("://").and_then(|(_, rest)| rest.split_once('@')).map(|(user, _)| user);
    if user.is_some_and(|user| user.contains(':')) {
        let rule =
            "DatabaseUrl must hold no password; use DatabaseIamAuth or DatabaseSecretArn (docs/DEPLOY.md, step 2)";
        return Err(Error::Usage(rule.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        let text = "Parameters:\n  DatabaseUrl: {Type: String}\n  LogLevel: {Type: String, Default: INFO}\n  Release: {Type: String}\nRules: {A: !Ref B}\n";
        Parameters::parse(text.as_bytes()).expect("a template")
    }

    fn settle(set: &[&str]) -> Result<BTreeMap<String, String>, String> {
        let mut kept = BTreeMap::from([("DatabaseUrl".to_owned(), "postgres://u@h:1/d?sslmode=require".to_owned())]);
        let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
        parameters().settle(&mut kept, &set).map_err(|error| error.to_string())?;
        Ok(kept)
    }

    #[test]
    fn a_setting_replaces_what_was_kept_and_a_default_what_is_missing() {
        let kept = settle(&["LogLevel=DEBUG", "LogLevel=TRACE"]).expect("known parameters");
        assert_eq!(parameters().value(&kept, "LogLevel"), "TRACE");
        assert_eq!(parameters().value(&BTreeMap::new(), "LogLevel"), "INFO");
        // an equals sign in a value belongs to it
        assert_eq!(split("EventNames=a=view").expect("a setting"), ("EventNames", "a=view"));
    }

    #[test]
    fn a_created_database_is_protected_until_somebody_says_otherwise() {
        let stage =
            |set: &[(&str, &str)]| set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert!(protects_a_database(&stage(&[])));
        assert!(protects_a_database(&stage(&[("DatabaseUrl", ""), ("Database", "aurora")])));
        assert!(!protects_a_database(&stage(&[("DatabaseDeletionProtection", "false")])));
        assert!(!protects_a_database(&stage(&[("DatabaseUrl", "postgres://u@h:1/d?sslmode=require")])));
    }

    #[test]
    fn an_unknown_name_and_a_password_are_refused() {
        for (set, reason) in [
            ("LogLevl=INFO", "no parameter LogLevl"),
            ("LogLevel", "Parameter=Value"),
            ("Release=0123456789", "leave it out"),
            ("DatabaseUrl=postgres://u:s3cret@h:1/d?sslmode=require", "must hold no password"),
        ] {
            let error = settle(&[set]).expect_err(set);
            assert!(error.contains(reason) && !error.contains("s3cret"), "{error}");
        }
    }
}
