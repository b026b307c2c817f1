//! What is kept for a stage: `stages/<name>.toml`, in the format of samconfig.toml, so that SAM reads the same file.
//!
//! It names resources of an account and is not committed. It holds no secret: those are in Secrets Manager.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stack::{Stack, file};
use toml::{Table, Value};

use crate::Error;

/// The settings of a new stage. What somebody adds to the file later (tags, a role) stays.
const NEW: &str = r#"
version = 0.1
[default.deploy.parameters]
template_file = "template.yaml"
language_extensions = true
capabilities = "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
resolve_s3 = true
fail_on_empty_changeset = false
"#;

/// The kept settings of one stage.
#[derive(Debug)]
pub(crate) struct Stage {
    root: PathBuf,
    path: PathBuf,
    /// The name of the stack in CloudFormation.
    pub(crate) stack_name: String,
    /// The region that it is in, once that is known.
    pub(crate) region: Option<String>,
    /// Parameters of template.yaml that were set.
    pub(crate) parameters: BTreeMap<String, String>,
    table: Table,
}

impl Stage {
    /// Reads a stage, or starts a new one.
    ///
    /// # Errors
    /// When the name cannot be part of a stack's, this is no folder of the project, or the file is malformed.
    pub(crate) fn open(name: &str) -> Result<Self, Error> {
        let project = Stack::find(name)?;
        let path = project.root().join("stages").join(name).with_extension("toml");
        let text = if path.exists() { file::read(&path)? } else { NEW.as_bytes().to_vec() };
        let parsed = toml::from_str(&String::from_utf8_lossy(&text));
        let table: Table = parsed.map_err(|source| Error::Stage { path: path.clone(), source })?;
        let kept = table
            .get("default")
            .and_then(|environment| environment.get("deploy"))
            .and_then(|command| command.get("parameters"));
        let region = kept.and_then(|values| values.get("region")).and_then(Value::as_str).map(str::to_owned);
        let overrides = kept.and_then(|values| values.get("parameter_overrides"));
        let parameters = overrides.map_or_else(|| Ok(BTreeMap::new()), read_overrides)?;
        let stack_name = project.deployed_name();
        Ok(Self { root: project.root().to_owned(), path, stack_name, region, parameters, table })
    }

    /// The project's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The file of the stage.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the stage was saved before.
    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written, or holds something else where SAM's settings belong.
    pub(crate) fn save(&mut self) -> Result<(), Error> {
        let settings = inner(inner(inner(&mut self.table, "default")?, "deploy")?, "parameters")?;
        settings.insert("stack_name".to_owned(), self.stack_name.clone().into());
        // `sam delete` removes what a stack has below its prefix: two stages must not share one.
        settings.insert("s3_prefix".to_owned(), self.stack_name.clone().into());
        if let Some(region) = &self.region {
            settings.insert("region".to_owned(), region.clone().into());
        }
        let overrides: Table =
            self.parameters.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        settings.insert("parameter_overrides".to_owned(), Value::Table(overrides));
        let text = toml::to_string(&self.table)?;
        Ok(file::write_private(&self.path, text.as_bytes())?)
    }

    /// Removes the file.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        Ok(file::remove(&self.path)?)
    }
}

/// SAM takes a line of text here as well; then nothing that was kept must get lost.
fn read_overrides(value: &Value) -> Result<BTreeMap<String, String>, Error> {
    let rule = "parameter_overrides in the file of the stage must be a table: Name = \"value\"";
    let table = value.as_table().ok_or_else(|| Error::Usage(rule.to_owned()))?;
    Ok(table.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
}

/// A parameter as CloudFormation takes it: a text, also when somebody wrote a number.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn inner<'a>(table: &'a mut Table, name: &str) -> Result<&'a mut Table, Error> {
    let entry = table.entry(name).or_insert_with(|| Value::Table(Table::new()));
    entry.as_table_mut().ok_or_else(|| Error::Usage(format!("{name:?} in the file of the stage must be a table")))
}
