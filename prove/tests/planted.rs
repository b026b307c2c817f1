//! The known mistakes still fit the code, so that the long run can plant them.

use prove::planted::{Mistake, mistakes};
use testkit::template::repository;

/// The files that a mistake changes.
fn changed(mistake: &Mistake) -> Vec<&str> {
    mistake.patch.lines().filter_map(|line| line.strip_prefix("+++ b/")).collect()
}

#[test]
fn every_known_mistake_fits_the_code_as_it_is() {
    for mistake in mistakes().unwrap() {
        mistake.check(&repository()).unwrap();
    }
}

#[test]
fn there_are_eight_mistakes_each_in_the_product_and_explained() {
    let mistakes = mistakes().unwrap();
    let numbers: Vec<&str> = mistakes.iter().map(|mistake| &mistake.name[..3]).collect();
    assert_eq!(numbers, ["01-", "02-", "03-", "04-", "05-", "06-", "07-", "08-"]);
    for mistake in &mistakes {
        for part in ["Mistake: ", "\nTempting: ", "\nSeen by: "] {
            assert!(mistake.patch.contains(part), "{} lacks {part:?}", mistake.name);
        }
        let files = changed(mistake);
        // The functions of the schema are in the folder of the migrations.
        let is_of_the_product = |file: &&str| {
            ["functions/", "migrations/functions/", "shared/"].iter().any(|folder| file.starts_with(folder))
        };
        assert!(!files.is_empty() && files.iter().all(is_of_the_product), "{}: {files:?}", mistake.name);
    }
}

#[test]
fn a_mistake_that_does_not_fit_is_named() {
    let code = "--- a/Cargo.toml\n+++ b/Cargo.toml\n@@ -1 +1 @@\n-no such line\n+another\n";
    let mistake = Mistake { name: "09-gone".to_owned(), patch: code.to_owned() };
    let error = mistake.check(&repository()).unwrap_err().to_string();
    assert!(error.starts_with("the mistake 09-gone does not fit the sources: error: "), "{error}");
}
