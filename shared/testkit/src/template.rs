//! Reads template.yaml as data, so that tests can check it against its rules.
//!
//! It turns the short forms (`!Ref`, `!GetAtt`, `!Sub`, ...) into their long ones, unrolls loops and leaves all other intrinsic
//! functions unevaluated: a rule says what the file must state, not what AWS would make of it.

mod unroll;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// The kind of a function's resource.
pub const FUNCTION: &str = "AWS::Serverless::Function";

/// What SAM reads as the alias of a function, behind its logical id.
pub const ALIAS: &str = ".Alias";

/// template.yaml with its resources by logical id.
#[derive(Debug)]
pub struct Template {
    root: Value,
}

/// Why template.yaml cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file is missing or cannot be opened.
    #[error("template.yaml cannot be opened")]
    Unreadable(#[source] std::io::Error),
    /// The file is not YAML.
    #[error("template.yaml is not YAML")]
    NotYaml(#[source] serde_yaml_ng::Error),
    /// YAML that has no counterpart in CloudFormation, such as a key that is a list.
    #[error("template.yaml holds {0}, which CloudFormation does not know")]
    Unknown(&'static str),
}

/// Returns the folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the names of the folders in `functions/`, sorted.
///
/// # Errors
/// When the folder cannot be listed.
pub fn function_folders() -> Result<BTreeSet<String>, std::io::Error> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(repository().join("functions"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// Returns the logical id that a function's folder must have: `update-catalog` is `UpdateCatalogFunction`.
#[must_use]
pub fn logical_id(folder: &str) -> String {
    let mut id = String::new();
    for word in folder.split('-') {
        let (first, rest) = word.split_at(word.len().min(1));
        id += &first.to_ascii_uppercase();
        id += rest;
    }
    id + "Function"
}

/// Returns the logical id that a `Ref` or `Fn::GetAtt` names; an alias counts as its function.
#[must_use]
pub fn target(value: &Value) -> Option<&str> {
    let id = value.get("Ref").or_else(|| value.pointer("/Fn::GetAtt/0")).and_then(Value::as_str)?;
    Some(id.strip_suffix(ALIAS).unwrap_or(id))
}

impl Template {
    /// Reads the repository's template.yaml.
    ///
    /// # Errors
    /// When it cannot be opened or is not a CloudFormation template.
    pub fn load() -> Result<Self, TemplateError> {
        let text = fs::read_to_string(repository().join("template.yaml")).map_err(TemplateError::Unreadable)?;
        Self::read(&text)
    }

    /// Reads a template from text.
    ///
    /// # Errors
    /// When the text is not a CloudFormation template.
    pub fn read(text: &str) -> Result<Self, TemplateError> {
        let yaml = serde_yaml_ng::from_str(text).map_err(TemplateError::NotYaml)?;
        let unrolled = unroll::unroll(long_form(&yaml)?);
        let malformed = |_| TemplateError::Unknown("a loop without an identifier, a list of names and a fragment");
        Ok(Self { root: unrolled.map_err(malformed)? })
    }

    /// Returns what a JSON pointer leads to, `Null` when nothing is there.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.root.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// Returns the properties of all resources of a kind, by logical id.
    #[must_use]
    pub fn all(&self, kind: &str) -> BTreeMap<&str, &Value> {
        let resources = self.at("/Resources").as_object().into_iter().flatten();
        let wanted = resources.filter(|(_, resource)| resource["Type"] == kind);
        wanted.map(|(id, resource)| (id.as_str(), &resource["Properties"])).collect()
    }

    /// Returns each route of the HTTP API with its authorization and the logical id of its function.
    ///
    /// # Panics
    /// When a route leads nowhere.
    #[must_use]
    pub fn routes(&self) -> BTreeMap<&str, (&str, &str)> {
        let integrations = self.all("AWS::ApiGatewayV2::Integration");
        let routes = self.all("AWS::ApiGatewayV2::Route").into_values().map(|route| {
            let place = route["Target"]["Fn::Sub"].as_str().expect("a target");
            let integration = place.trim_start_matches("integrations/${").trim_end_matches('}');
            let function = target(&integrations[integration]["IntegrationUri"]).expect("a function");
            let text = |name: &str| route[name].as_str().expect("a text");
            (text("RouteKey"), (text("AuthorizationType"), function))
        });
        routes.collect()
    }

    /// Returns the authorization and the function of a request, such as `GET /health`: those of the most specific route, as API
    /// Gateway chooses it. See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>.
    ///
    /// # Panics
    /// When there is no route that takes everything.
    #[must_use]
    pub fn serving(&self, request: &str) -> (&str, &str) {
        let routes = self.routes();
        let below = |key: &&str| {
            key.split_once('{').is_some_and(|(prefix, _)| request.len() > prefix.len() && request.starts_with(prefix))
        };
        let greedy = routes.keys().copied().filter(below).max_by_key(|key| key.len());
        let key = routes.keys().copied().find(|key| *key == request).or(greedy).unwrap_or("$default");
        routes[key]
    }

    /// Returns a number that is written out, or the default of the parameter that it refers to.
    #[must_use]
    pub fn number(&self, value: &Value) -> Option<u64> {
        match value.get("Ref").and_then(Value::as_str) {
            Some(parameter) => self.at(&format!("/Parameters/{parameter}/Default")).as_u64(),
            None => value.as_u64(),
        }
    }

    /// Returns the names of the environment variables that a function gets: its own and those of `Globals`, without
    /// those that it takes off with `AWS::NoValue`.
    #[must_use]
    pub fn environment_of(&self, folder: &str) -> BTreeSet<String> {
        let own = format!("/Resources/{}/Properties/Environment/Variables", logical_id(folder));
        let shared = "/Globals/Function/Environment/Variables";
        let is_off = |name: &String| self.at(&own)[name]["Ref"] == "AWS::NoValue";
        let maps = [self.at(shared), self.at(&own)].into_iter().filter_map(Value::as_object);
        maps.flat_map(Map::keys).filter(|name| !is_off(name)).cloned().collect()
    }
}

/// Turns YAML into JSON with CloudFormation's tags in their long form.
fn long_form(yaml: &serde_yaml_ng::Value) -> Result<Value, TemplateError> {
    use serde_yaml_ng::Value as Yaml;
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => json!(truth),
        Yaml::Number(number) => match number.as_u64() {
            Some(whole) => json!(whole),
            None => json!(number.as_f64()),
        },
        Yaml::String(text) => json!(text),
        Yaml::Sequence(items) => Value::Array(items.iter().map(long_form).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = key.as_str().ok_or(TemplateError::Unknown("a key that is not text"))?;
                map.insert(key.to_owned(), long_form(value)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tagged) => intrinsic(&tagged.tag.to_string(), long_form(&tagged.value)?),
    })
}

fn intrinsic(tag: &str, value: Value) -> Value {
    match (tag.trim_start_matches('!'), value) {
        ("Ref", value) => json!({ "Ref": value }),
        // "Queue.Arn" and ["Queue", "Arn"] mean the same.
        ("GetAtt", Value::String(path)) => json!({ "Fn::GetAtt": path.splitn(2, '.').collect::<Vec<_>>() }),
        (name, value) => {
            let mut map = Map::new();
            map.insert(format!("Fn::{name}"), value);
            Value::Object(map)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_ones() {
        let template =
            Template::read("a: !Ref Queue\nb: !GetAtt Queue.Arn\nc: !Sub x-${Queue}\nd: !Ref F.Alias\n").unwrap();
        assert_eq!(target(template.at("/d")), Some("F"));
        assert_eq!(target(template.at("/a")), Some("Queue"));
        assert_eq!(target(template.at("/b")), Some("Queue"));
        assert_eq!(template.at("/c"), &json!({ "Fn::Sub": "x-${Queue}" }));
    }

    #[test]
    fn a_folder_names_its_resource() {
        assert_eq!(logical_id("update-catalog"), "UpdateCatalogFunction");
    }
}
