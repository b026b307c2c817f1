//! Releases and migrations: CHANGELOG.md says which release a migration belongs to, and what it drops was unused before.
//!
//! A migration runs before the code of its release serves, so the code of the release before runs on its schema: for
//! minutes, and after a rollback for good. It may only add. One whose file is called `V<n>__contract_...` may take
//! something away, when no code of the previous release uses that any more.

use std::collections::BTreeMap;

use regex::Regex;
use testkit::template::repository;

/// A migration by its file: number, and name without the number.
pub(crate) type Migrations = BTreeMap<u32, String>;

/// Which migrations take something away, by the name of their file.
pub(crate) fn is_contracting(name: &str) -> bool {
    name.starts_with("contract_")
}

/// The files in migrations/.
pub(crate) fn migrations() -> Migrations {
    let files = std::fs::read_dir(repository().join("migrations")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| parse(&name)).collect()
}

fn parse(file: &str) -> Option<(u32, String)> {
    let (number, name) = file.strip_prefix('V')?.strip_suffix(".sql")?.split_once("__")?;
    Some((number.parse().ok()?, name.to_owned()))
}

/// A section of the changelog, the newest first, with its lines about migrations.
struct Release<'a> {
    name: &'a str,
    entries: Vec<(u32, &'a str)>,
}

fn releases(changelog: &str) -> Vec<Release<'_>> {
    let entry = Regex::new(r"(?s)^V(\d+) .*$").unwrap();
    let sections = changelog.split("\n## [").skip(1);
    sections
        .map(|section| {
            let items = section.split("\n- ").filter_map(|item| {
                let item = item.split("\n\n").next().unwrap_or_default();
                Some((entry.captures(item)?[1].parse().ok()?, item))
            });
            Release { name: section.split(']').next().unwrap_or_default(), entries: items.collect() }
        })
        .collect()
}

/// The numbers of the migrations of the oldest release: no code ran before them.
pub(crate) fn first_release() -> Vec<u32> {
    let changelog = std::fs::read_to_string(repository().join("CHANGELOG.md")).unwrap();
    let oldest = releases(&changelog).pop().expect("a release");
    oldest.entries.iter().map(|(number, _)| *number).collect()
}

/// What is wrong with a changelog.
fn problems(changelog: &str, migrations: &Migrations) -> Vec<String> {
    let releases = releases(changelog);
    let unused = Regex::new(r"\(unused\s+since\s+([^)\s]+)\)").unwrap();
    let mut problems = Vec::new();
    for (number, name) in migrations {
        let listed: Vec<_> = releases
            .iter()
            .enumerate()
            .flat_map(|(place, release)| release.entries.iter().map(move |(of, text)| (place, *of, *text)))
            .filter(|(_, of, _)| of == number)
            .collect();
        let [(place, _, text)] = listed[..] else {
            problems.push(format!("V{number}: listed {} times", listed.len()));
            continue;
        };
        if !is_contracting(name) {
            continue;
        }
        let since = unused.captures(text).map(|found| found[1].to_owned());
        let before = &releases[place + 1..];
        if !since.as_ref().is_some_and(|since| before.iter().any(|release| release.name == since)) {
            problems.push(format!("V{number}: say (unused since X), a release before {}", releases[place].name));
        }
    }
    problems
}

#[test]
fn each_migration_is_in_one_release_and_none_takes_away_what_its_code_has_just_stopped_using() {
    let changelog = std::fs::read_to_string(repository().join("CHANGELOG.md")).unwrap();
    assert_eq!(problems(&changelog, &migrations()), [""; 0]);
    assert!(!first_release().is_empty());
}

#[test]
fn a_contracting_migration_in_the_release_of_its_code_is_refused() {
    let migrations: Migrations = [(1, "a"), (2, "b"), (3, "contract_a")].map(|(n, name)| (n, name.to_owned())).into();
    let changelog = |contract: &str| {
        format!(
            "# C\n\n## [Unreleased]\n\n- {contract}\n\n## [0.2.0] - 2027\n\n- V2 b: more\n\n## [0.1.0]\n\n- V1 a: it\n"
        )
    };
    let of = |contract: &str| problems(&changelog(contract), &migrations);
    assert_eq!(of("V3 contract a: the column x\n  (unused since 0.2.0)"), [""; 0]);
    let refused = ["V3: say (unused since X), a release before Unreleased"];
    for contract in ["V3 contract a: the column x", "V3 a (unused since Unreleased)", "V3 a (unused since 0.3.0)"] {
        assert_eq!(of(contract), refused, "{contract}");
    }
    assert_eq!(of("V2 b: again"), ["V2: listed 2 times", "V3: listed 0 times"]);
}
