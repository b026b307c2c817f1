//! Connections to Postgres: every function that opens one has a limit, and all limits together fit the smallest database.

use std::collections::BTreeMap;

use testkit::template::{FUNCTION, Template, function_folders, logical_id, repository};

use super::template;

/// Functions of which one runs at a time: a schedule starts each, or CloudFormation.
const ALONE: [&str; 5] = ["judge-carts", "maintain-partitions", "migrate", "rank-products", "resend-pending"];

/// How many environments of a function there are at most, with the defaults of the template.
fn environments(template: &Template, folder: &str) -> Option<u64> {
    let function = template.all(FUNCTION)[logical_id(folder).as_str()];
    let reserved = &function["ReservedConcurrentExecutions"]["Fn::If"];
    if reserved[0] == "HasReservedConcurrency" {
        return template.number(&reserved[1]);
    }
    let limits: Vec<_> = function["Events"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, event)| template.number(&event["Properties"]["ScalingConfig"]["MaximumConcurrency"]))
        .collect();
    if limits.is_empty() { ALONE.contains(&folder).then_some(1) } else { Some(limits.iter().sum()) }
}

/// The rows of the guide's table of connections: (what, number).
fn guide() -> Vec<(String, u64)> {
    let text = std::fs::read_to_string(repository().join("docs/DEPLOY.md")).unwrap();
    let table = text.split("**Connections.**").nth(1).and_then(|rest| rest.split("**RDS Proxy**").next());
    let rows = table.expect("a table of connections").lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|row| {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('*')).collect();
        Some((cells[0].to_owned(), cells.get(2)?.parse().ok()?))
    })
    .collect()
}

#[test]
fn every_function_with_a_connection_is_limited_by_default() {
    let template = template();
    for folder in function_folders().unwrap() {
        let opens = template.environment_of(&folder).contains("DATABASE_URL");
        let limit = environments(&template, &folder);
        assert_eq!(limit.is_some(), opens, "{folder}: {limit:?}");
    }
    assert_eq!(template.at("/Parameters/ReserveConcurrency/Default"), "true");
}

#[test]
fn the_sum_is_the_one_of_the_guide_and_fits_the_smallest_database() {
    let template = template();
    let folders = function_folders().unwrap();
    let limits = folders.iter().filter_map(|folder| Some((folder.clone(), environments(&template, folder)?)));
    let limits: BTreeMap<_, _> = limits.collect();
    let guide = guide();
    let listed: BTreeMap<_, _> = guide.iter().filter(|(what, _)| folders.contains(what)).cloned().collect();
    assert_eq!(listed, limits, "docs/DEPLOY.md, Connections");
    let of = |what: &str| guide.iter().find(|(row, _)| row == what).unwrap_or_else(|| panic!("no row {what}")).1;
    let sum: u64 = limits.values().sum::<u64>() + of("the operator's command");
    assert_eq!(of("in all"), sum);
    assert!(sum < of("what the smallest instance takes"), "{sum}");
}
