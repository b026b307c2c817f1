//! What is installed is what was reviewed: exact versions with hashes, actions by commit.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

use std::collections::BTreeSet;
use std::fs;

use testkit::template::repository;

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names in tools/local/requirements with this ending.
fn requirements(ending: &str) -> BTreeSet<String> {
    let files = fs::read_dir(repository().join("tools/local/requirements")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

#[test]
fn every_python_package_has_one_version_and_its_hashes() {
    let names = requirements(".txt");
    assert_eq!(names, requirements(".in"));
    assert!(names.len() > 4, "{names:?}");
    for name in names {
        let text = read(&format!("tools/local/requirements/{name}.txt"));
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let entries = lines.join("\n").replace("\\\n", "");
        for entry in entries.lines() {
            let hashes = entry.matches("--hash=sha256:").count();
            assert!(entry.contains("==") && hashes > 0, "{name}: {entry}");
        }
        // The requested versions are the locked ones.
        for chosen in read(&format!("tools/local/requirements/{name}.in")).lines().filter(|line| !line.starts_with('#'))
        {
            assert!(lines.iter().any(|line| line.starts_with(&format!("{chosen} "))), "{name}: {chosen} is not locked");
        }
    }
    let installer = read("tools/local/src/venv.rs");
    for option in ["--require-hashes", "--no-deps", "--only-binary=:all:"] {
        assert!(installer.contains(option), "{option}");
    }
}

#[test]
fn the_public_checks_run_ours_and_the_advisories_with_pinned_actions() {
    let workflow = read(".github/workflows/ci.yml");
    for step in [".ci/run", "cargo deny --locked check", "contents: read"] {
        assert!(workflow.contains(step), "{step}");
    }
    let actions: Vec<_> = workflow.lines().filter_map(|line| line.trim().strip_prefix("- uses: ")).collect();
    assert!(!actions.is_empty());
    for action in actions {
        let commit = action.split_once('@').map(|(_, rest)| rest.split(' ').next().unwrap_or_default());
        assert!(
            commit.is_some_and(|hash| hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())),
            "{action}"
        );
    }
}
