//! What the emulator deployed: logical id to physical id, read from its CloudFormation API.

use std::collections::BTreeMap;

use crate::Error;
use crate::http;
use stack::Stack;

const WHAT: &str = "the emulator for the deployed resources";

/// The resources of a deployed stack.
pub(crate) struct Resources(BTreeMap<String, String>);

impl Resources {
    /// Reads all resources, page by page.
    pub(crate) async fn read(endpoint: &str, stack: &Stack) -> Result<Self, Error> {
        let mut found = BTreeMap::new();
        let mut next = None;
        loop {
            let text = page(endpoint, stack, next.as_deref()).await?;
            let unusable = |error: roxmltree::Error| Error::Answer { what: WHAT, answer: error.to_string() };
            let document = roxmltree::Document::parse(&text).map_err(unusable)?;
            for member in document.descendants().filter(|node| node.has_tag_name_local("member")) {
                if let (Some(logical), Some(physical)) =
                    (member.child_text("LogicalResourceId"), member.child_text("PhysicalResourceId"))
                {
                    found.insert(logical, physical);
                }
            }
            next = document.root().descendants().find_map(|node| node.child_text("NextToken"));
            if next.is_none() {
                return Ok(Self(found));
            }
        }
    }

    /// The physical id of a resource.
    pub(crate) fn get(&self, logical: &str) -> Result<String, Error> {
        self.0.get(logical).cloned().ok_or_else(|| Error::NoResource(logical.to_owned()))
    }

    /// The URL of the queue of this name.
    pub(crate) fn queue(&self, name: &str) -> Result<String, Error> {
        self.get(&logical_id(name))
    }

    /// The name in AWS of the function in `functions/<folder>`.
    pub(crate) fn function(&self, folder: &str) -> Result<String, Error> {
        self.get(&(logical_id(folder) + "Function"))
    }

    /// The names in AWS of all our functions.
    pub(crate) fn functions(&self) -> Vec<String> {
        self.0.iter().filter(|(logical, _)| logical.ends_with("Function")).map(|(_, name)| name.clone()).collect()
    }
}

/// `order-events-dlq` is `OrderEventsDlq` in the template.
fn logical_id(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

async fn page(endpoint: &str, stack: &Stack, next: Option<&str>) -> Result<String, Error> {
    let failed = |source| Error::Http { what: WHAT, source };
    let name = stack.deployed_name();
    let mut query = vec![("Action", "ListStackResources"), ("Version", "2010-05-15"), ("StackName", &name)];
    query.extend(next.map(|token| ("NextToken", token)));
    let request = http::client()?.post(format!("{endpoint}/")).query(&query);
    let request = request.header("authorization", http::authorization("cloudformation"));
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let text = response.text().await.map_err(failed)?;
    if !status.is_success() {
        return Err(Error::Answer { what: WHAT, answer: http::shorten(&text) });
    }
    Ok(text)
}

trait NodeExt {
    fn has_tag_name_local(&self, name: &str) -> bool;
    fn child_text(&self, name: &str) -> Option<String>;
}

impl NodeExt for roxmltree::Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }

    fn child_text(&self, name: &str) -> Option<String> {
        let child = self.children().find(|child| child.has_tag_name_local(name))?;
        child.text().map(ToOwned::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_the_logical_id() {
        assert_eq!(logical_id("record-interactions"), "RecordInteractions");
        assert_eq!(logical_id("order-events-dlq"), "OrderEventsDlq");
    }
}
