//! The built pages, and how they get into their bucket so that a visitor never sees half of a release.
//!
//! Names below `assets/` contain a hash of the content: they are uploaded first and may be cached for ever. Everything else keeps
//! its name and is revalidated at each use, `index.html` last: with it a page switches to the new release. Whoever has the page of
//! the release before open still finds its assets, which stay until the next but one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use shopsignal::say;
use stack::file;

use crate::Error;
use crate::bucket::{Bucket, Object};
use crate::sam::Outputs;

/// The folders of `web/` that are served, each below a path of its name. Not the demo shop: its back end is the local stack's.
const PAGES: [&str; 2] = ["dashboard", "tracker"];
/// Those that are a page, with one file for all of their paths.
const WITH_INDEX: [&str; 1] = ["dashboard"];
/// What is in the bucket. No path of the distribution leads to it.
const MANIFEST: &str = "release.json";
/// More files than any build of the pages has.
const FILES_MAX: usize = 2_000;

/// For names that contain a hash.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For everything else: an `ETag` makes the check cheap.
const REVALIDATED: &str = "no-cache";

/// Types by extension; what is none of these is not uploaded.
const TYPES: [(&str, &str); 13] = [
    ("css", "text/css; charset=utf-8"),
    ("gif", "image/gif"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("webmanifest", "application/manifest+json"),
    ("woff2", "font/woff2"),
];

/// The built pages.
#[derive(Debug)]
pub(crate) struct Pages(Vec<Object>);

/// The keys of the bucket by release.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    /// The release that is served.
    current: BTreeSet<String>,
    /// The one before, whose assets are kept for pages that are open.
    previous: BTreeSet<String>,
    /// A release that is being uploaded; written before its first object, so that no object is ever unknown.
    arriving: BTreeSet<String>,
}

impl Pages {
    /// Reads what was built below a folder, `dashboard/dist` and so on.
    ///
    /// # Errors
    /// `Usage` when a page is not built.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let mut objects = Vec::new();
        for page in PAGES {
            let built = folder.join(page).join("dist");
            let index = built.join("index.html");
            if !built.is_dir() || WITH_INDEX.contains(&page) && !index.is_file() {
                return Err(Error::Usage(format!("{} is not built; first: make web", built.display())));
            }
            for path in files(&built)? {
                objects.extend(object(page, &built, &path)?);
            }
        }
        // Assets, then what keeps its name, then the switch.
        objects.sort_by_key(|object| (!is_asset(&object.key), object.key.ends_with("index.html"), object.key.clone()));
        Ok(Self(objects))
    }

    /// Uploads the pages and switches to them. May be repeated, also after it was interrupted.
    ///
    /// # Errors
    /// The first call of S3 that failed; the release before is served as long as no page has switched.
    pub(crate) async fn upload(&self, bucket: &Bucket, outputs: &Outputs) -> Result<(), Error> {
        let before = manifest(bucket).await?;
        let mut objects = self.0.clone();
        objects.insert(self.0.iter().take_while(|object| is_asset(&object.key)).count(), configuration(outputs)?);
        let keys: BTreeSet<String> = objects.iter().map(|object| object.key.clone()).collect();
        let arriving = before.arriving.union(&keys).cloned().collect();
        save(bucket, &Manifest { arriving, ..before.clone() }).await?;
        // The name of an asset says what is in it.
        let is_new = |object: &&Object| !(is_asset(&object.key) && before.current.contains(&object.key));
        let mut uploaded = 0;
        for object in objects.iter().filter(is_new) {
            bucket.put(object).await?;
            uploaded += 1;
        }
        let after = before.after(keys);
        for key in before.keys().filter(|key| !after.has(key)) {
            bucket.remove(key).await?;
        }
        save(bucket, &after).await?;
        say::line(format_args!("pages: {uploaded} of {} files uploaded", objects.len()));
        Ok(())
    }
}

impl Manifest {
    /// The manifest once a release is served.
    fn after(&self, keys: BTreeSet<String>) -> Self {
        // The same release once more does not push out the one before it. What broke off may have switched a page already.
        let is_repeated = keys == self.current && self.arriving.is_subset(&keys);
        let served = self.current.union(&self.arriving).filter(|key| !keys.contains(*key));
        let previous = if is_repeated { self.previous.clone() } else { served.cloned().collect() };
        Self { current: keys, previous, arriving: BTreeSet::new() }
    }

    fn keys(&self) -> impl Iterator<Item = &String> {
        let all: BTreeSet<_> = self.current.iter().chain(&self.previous).chain(&self.arriving).collect();
        all.into_iter()
    }

    fn has(&self, key: &str) -> bool {
        self.current.contains(key) || self.previous.contains(key) || self.arriving.contains(key)
    }
}

/// Removes everything from the bucket, because CloudFormation deletes only an empty one.
///
/// # Errors
/// When S3 refuses or cannot be reached.
pub(crate) async fn remove(bucket: &Bucket) -> Result<(), Error> {
    let before = manifest(bucket).await?;
    // A removal that breaks off must not leave the word that an object is there.
    let arriving = before.keys().cloned().collect();
    save(bucket, &Manifest { arriving, ..Manifest::default() }).await?;
    for key in before.keys() {
        bucket.remove(key).await?;
    }
    bucket.remove(MANIFEST).await
}

/// Removes a bucket that the stack has given up: CloudFormation deletes only an empty one, and leaves it behind when an
/// update is through. It is emptied only then, so that a refused or failed update leaves the pages as they are.
///
/// # Errors
/// When S3 refuses or cannot be reached.
pub(crate) async fn remove_with_bucket(bucket: &Bucket) -> Result<(), Error> {
    // An empty one was deleted with the update.
    if bucket.find(MANIFEST).await?.is_none() {
        return Ok(());
    }
    remove(bucket).await?;
    bucket.delete().await
}

async fn manifest(bucket: &Bucket) -> Result<Manifest, Error> {
    match bucket.find(MANIFEST).await? {
        Some(text) => serde_json::from_slice(&text).map_err(Error::Manifest),
        None => Ok(Manifest::default()),
    }
}

async fn save(bucket: &Bucket, manifest: &Manifest) -> Result<(), Error> {
    let content = serde_json::to_vec(manifest).map_err(Error::Manifest)?;
    bucket.put(&named(MANIFEST.to_owned(), content, "application/json")).await
}

/// What a page has to know before it can sign in; the local stack answers the same.
fn configuration(outputs: &Outputs) -> Result<Object, Error> {
    let (issuer, client_id) = (outputs.get("JwtIssuerUrl")?, outputs.get("WebSignInClientId")?);
    let content = json!({ "issuer": issuer, "client_id": client_id, "scope": "openid" }).to_string();
    Ok(named("config.json".to_owned(), content.into_bytes(), "application/json"))
}

/// An object whose name stays when its content changes.
fn named(key: String, content: Vec<u8>, content_type: &'static str) -> Object {
    Object { key, content, content_type, cache_control: REVALIDATED }
}

/// Whether the name contains a hash of the content.
fn is_asset(key: &str) -> bool {
    key.contains("/assets/")
}

/// Lists the files below a folder, without hidden ones.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        let failed = |source| stack::Error::Read { path: folder.clone(), source };
        for entry in folder.read_dir().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // What a build tool keeps for itself.
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
            if files.len() + folders.len() > FILES_MAX {
                return Err(Error::Usage(format!("{} holds more than {FILES_MAX} files", folder.display())));
            }
        }
    }
    Ok(files)
}

/// Reads a file; `None` when its type is not served.
fn object(page: &str, built: &Path, path: &Path) -> Result<Option<Object>, Error> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let known = TYPES.into_iter().find(|(name, _)| *name == extension);
    let (Some((_, content_type)), Ok(inner)) = (known, path.strip_prefix(built)) else { return Ok(None) };
    let key = format!("{page}/{}", inner.to_string_lossy());
    let cache_control = if is_asset(&key) { FOR_EVER } else { REVALIDATED };
    Ok(Some(Object { key, content: file::read(path)?, content_type, cache_control }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_is_open_is_uploaded_before_what_switches_to_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "dashboard/dist/index.html",
            "dashboard/dist/assets/a-1.js",
            "dashboard/dist/.vite/manifest.json",
            "shop/dist/index.html",
            "tracker/dist/tracker.js",
        ] {
            file::write(&folder.path().join(name), b"x", 0o644).expect("a file");
        }
        let pages = Pages::read(folder.path()).expect("pages").0;
        let found: Vec<_> = pages.iter().map(|object| (object.key.as_str(), object.cache_control)).collect();
        let expected = [
            ("dashboard/assets/a-1.js", FOR_EVER),
            ("tracker/tracker.js", REVALIDATED),
            ("dashboard/index.html", REVALIDATED),
        ];
        assert_eq!(found, expected);
        std::fs::remove_file(folder.path().join("dashboard/dist/index.html")).expect("a file");
        let error = Pages::read(folder.path()).expect_err("not built").to_string();
        assert!(error.contains("dashboard/dist is not built; first: make web"), "{error}");
    }

    #[test]
    fn assets_stay_until_the_next_but_one_release_and_a_repetition_pushes_nothing_out() {
        let first = Manifest::default().after(keys(&["a-1"]));
        let second = first.after(keys(&["a-2"]));
        assert_eq!(second.after(keys(&["a-2"])), second);
        assert!(second.has("a-1"));
        let third = second.after(keys(&["a-3"]));
        let gone: Vec<_> = second.keys().filter(|key| !third.has(key)).collect();
        assert_eq!(gone, ["a-1"]);
        // What an interrupted upload left behind is known, too, and stays like a release: its page may be open.
        let interrupted = Manifest { arriving: keys(&["b"]), ..first };
        assert_eq!(interrupted.keys().collect::<Vec<_>>(), ["a-1", "b"]);
        let after = interrupted.after(keys(&["c"]));
        assert!(after.has("a-1") && after.has("b"));
    }
}
