//! Every statement file, and every function of the schema, names its function in the code, is used by it, and is
//! understood by Postgres with this schema.

use std::fs;
use std::path::{Path, PathBuf};

use cross_tests::shop::Shop;

/// A statement file, as `<module>/<function>`.
struct Statement {
    module: String,
    function: String,
    text: String,
}

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/store")
}

fn statements() -> Vec<Statement> {
    let mut statements = Vec::new();
    for module in fs::read_dir(store().join("sql")).unwrap().map(|folder| folder.unwrap()) {
        assert!(module.file_type().unwrap().is_dir(), "{:?} belongs into the folder of its module", module.path());
        for file in fs::read_dir(module.path()).unwrap().map(|file| file.unwrap().path()) {
            assert_eq!(file.extension().and_then(|end| end.to_str()), Some("sql"), "{}", file.display());
            statements.push(Statement {
                module: module.file_name().into_string().unwrap(),
                function: file.file_stem().unwrap().to_str().unwrap().to_owned(),
                text: fs::read_to_string(&file).unwrap(),
            });
        }
    }
    assert!(statements.len() > 15, "{}", statements.len());
    statements
}

#[test]
fn every_statement_begins_with_the_name_of_the_function_that_runs_it() {
    for Statement { module, function, text } in statements() {
        let place = format!("sql/{module}/{function}.sql");
        assert_eq!(text.lines().next(), Some(&*format!("-- store::{module}::{function}")), "{place}");
        let code = fs::read_to_string(store().join(format!("src/{module}.rs")))
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        assert!(code.contains(&format!("fn {function}(")), "{place}: src/{module}.rs has no such function");
        assert_eq!(code.matches(&format!("include_str!(\"../{place}\")")).count(), 1, "{place} is not included once");
    }
}

/// The functions of the schema, by name, each with its text.
fn functions() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/functions");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(file).unwrap()))
        .collect()
}

#[test]
fn every_function_of_the_schema_begins_with_the_name_of_the_function_that_calls_it() {
    for (name, text) in functions() {
        let first = text.lines().next().unwrap();
        if let Some(caller) = first.strip_prefix("-- called by ") {
            // A part of another function.
            let (_, caller) = functions().into_iter().find(|(function, _)| function == caller).unwrap();
            assert!(caller.contains(&format!(" analytic.{name}(")), "{name}");
        } else {
            let (module, function) = first.strip_prefix("-- store::").and_then(|path| path.split_once("::")).unwrap();
            let code = fs::read_to_string(store().join(format!("src/{module}.rs"))).unwrap();
            assert!(code.contains(&format!("fn {function}(")), "{name}: src/{module}.rs has no function {function}");
            assert_eq!(code.matches(&format!("\"{name}\"")).count(), 1, "{name} is not named once in src/{module}.rs");
        }
        assert!(text.contains(&format!("CREATE OR REPLACE FUNCTION analytic.{name}(")), "{name}");
        if first.starts_with("-- called by ") && text.contains("\nLANGUAGE sql STABLE AS") {
            // Without settings of its own, it is planned as a part of its caller.
            continue;
        }
        // The first five calls would be planned with their arguments, and then Postgres would decide by estimates.
        let text = text.replace("LANGUAGE plpgsql STABLE", "LANGUAGE plpgsql");
        assert!(text.contains("\nLANGUAGE plpgsql SET plan_cache_mode = force_generic_plan"), "{name}");
        // Callers have the privileges that they need and no others.
        assert!(!text.contains("SECURITY DEFINER"), "{name}");
    }
}

/// Functions of several statements or of another language, which cannot be prepared: each is called, as often as it takes to
/// reach all of them.
const CALLS: [(&str, &[&str]); 15] = [
    ("admit_projection", &[""]),
    ("lock_projections", &["'{order,user}', '{o-1,u-1}'", "'{order,order}', '{o-1,o-2}'"]),
    ("get_offer", &["'p', '{q}', '{7}', '{c}', '{s}', true, NULL", "'p', '{}', '{}', '{}', '{}', false, 'c'"]),
    ("collect_ranks", &["now(), 24, 'auto', 10", "now() + interval '1 hour', 24, 'auto', 10", "now(), 48, 'auto', 10"]),
    ("compute_ranks", &["10"]),
    ("list_product_days", &["10, 1000000, 3"]),
    ("publish_ranks", &["", ""]),
    ("prune_ranks", &["now()"]),
    ("list_ranks", &["'rising', 'category', 'c', NULL, 1, '', 10", "'1h', 'seller', 's', 1, 1, '', 10"]),
    (
        "recommend",
        &[
            "'session', '{}', 's', NULL, '{}', '{}', '{}', NULL, 10, 0.5, 0.3, 3, false",
            "'again', '{}', NULL, gen_random_uuid(), '{}', '{p}', '{7}', 'c', 10, 0.5, 0.3, 3, true",
        ],
    ),
    ("learn_interactions", &["'{1}', false, 5, 30"]),
    (
        "learn_visits",
        &["'{1}', '{00000000-0000-0000-0000-000000000001}', '{NULL}', '{1}', '{view}', '{2026-11-20}', '{}', 5, '{}'"],
    ),
    ("open_baskets", &["'{00000000-0000-0000-0000-000000000001}', '{NULL}', '{purchase}', '{2026-11-20}'"]),
    (
        "learn_purchases",
        &["'{1}', '{00000000-0000-0000-0000-000000000001}', '{NULL}', '{1}', '{purchase}', '{2026-11-20}'"],
    ),
    (
        "count_recommendations",
        &["'{1}', '{00000000-0000-0000-0000-000000000001}', '{1}', '{purchase}', '{2026-11-20}', '{NULL}'"],
    ),
];

#[tokio::test]
async fn postgres_understands_the_statement_of_every_function_of_the_schema() {
    let shop = Shop::open().await;
    let names: Vec<_> = functions().into_iter().map(|(name, _)| name).collect();
    for name in names.iter().filter(|name| CALLS.iter().all(|(called, _)| called != name)) {
        shop.database.prepare_statement_of(name).await;
    }
    for (name, calls) in CALLS {
        assert!(names.iter().any(|function| function == name), "{name}");
        for arguments in calls {
            shop.database.execute(&format!("SELECT * FROM analytic.{name}({arguments})")).await;
        }
    }
}

#[test]
fn no_statement_is_written_in_the_code() {
    for file in fs::read_dir(store().join("src")).unwrap().map(|file| file.unwrap().path()) {
        if file.is_dir() || file.ends_with("migration.rs") {
            continue;
        }
        let code = fs::read_to_string(&file).unwrap();
        for word in ["INSERT INTO", "UPDATE analytic", "DELETE FROM", " FROM analytic"] {
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            assert!(code.clone().all(|line| !line.contains(word)), "{}: {word}", file.display());
        }
    }
}

#[tokio::test]
async fn postgres_understands_every_statement() {
    let shop = Shop::open().await;
    let client = shop.database.client();
    let all = statements();
    // LOCK TABLE requires a transaction.
    client.batch_execute("BEGIN").await.unwrap();
    for Statement { module, function, text } in &all {
        if text.contains("LOCK TABLE") {
            // PREPARE does not support such a command; running it is the check.
            client.batch_execute(&format!("SAVEPOINT tried; {text}; ROLLBACK TO tried")).await.unwrap();
            continue;
        }
        let prepare = format!("PREPARE tried AS {text}");
        client.batch_execute(&prepare).await.unwrap_or_else(|error| panic!("{module}/{function}: {error:?}"));
        client.batch_execute("DEALLOCATE tried").await.unwrap();
    }
}

/// What ties a session of RDS Proxy to one connection until the client disconnects, and longer texts than this. See
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html>. Locks of a transaction do not.
const PINNING: &str = r"(?i)\b(nextval|setval|set_config|pg_(?:try_)?advisory_(?:un)?lock(?:_shared)?|temporary|temp)\b|^\s*(set|listen|declare|prepare|discard|deallocate|load)\s";
const PINNING_BYTES: usize = 16 * 1024;

#[test]
fn only_known_statements_pin_a_session_of_rds_proxy() {
    let pinning = regex::Regex::new(PINNING).unwrap();
    let mut found: Vec<_> = Vec::new();
    for Statement { module, function, text } in statements() {
        assert!(text.len() < PINNING_BYTES, "{module}/{function}");
        let code: Vec<_> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        let code = code.join("\n");
        let words = pinning.find_iter(code.trim_start()).map(|word| word.as_str().trim().to_lowercase());
        found.extend(words.map(|word| format!("{module}/{function} {word}")));
    }
    found.sort();
    // The table of docs/DEPLOY.md, RDS Proxy. What a function of the schema does (nextval) is not seen, and pins nothing.
    assert_eq!(found, Vec::<String>::new());
    // The driver names a statement that is prepared; a typed one has no name.
    for file in fs::read_dir(store().join("src")).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let of_the_owner = ["exclusion.rs", "learning_gain.rs", "migration.rs", "owner.rs", "sign_in.rs", "weight.rs"];
        if file.is_file() && !of_the_owner.contains(&&*name) {
            let code = fs::read_to_string(&file).unwrap();
            for call in [".prepare(", ".batch_execute(", "client.query(", "client().query(", ".execute("] {
                assert!(!code.contains(call), "{name}: {call}");
            }
        }
    }
}
