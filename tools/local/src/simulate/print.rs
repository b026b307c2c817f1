//! Prints the figures of a run.

use super::order::Planted;
use super::shop::ShopSummary;
use super::summary::{Latency, Summary};

pub(super) fn print(summary: &Summary) {
    if summary.interactions > 0 {
        print_interactions(summary);
    }
    if let Some(shop) = &summary.shop {
        print_shop(shop);
    }
    let until = summary.shop.as_ref().map_or(String::new(), |shop| format!(" --until {}", shop.until));
    println!(
        "repeat it (nothing is stored twice): --seed {} --run {}{until}, other settings unchanged",
        summary.seed, summary.run
    );
}

fn print_interactions(summary: &Summary) {
    let Summary { interactions, requests, seconds, rate, .. } = summary;
    println!("{interactions} interactions in {requests} requests, {seconds:.1} s, {rate:.0} a second");
    println!(
        "accepted {}, duplicate {}, rejected {}, failed {}, retries {}",
        summary.accepted, summary.duplicate, summary.rejected, summary.failed, summary.retries
    );
    for (code, count) in &summary.rejected_by_code {
        println!("  rejected as {code}: {count}");
    }
    if let Some(reason) = &summary.first_failure {
        println!("  the first failure: {reason}");
    }
    if summary.aborted {
        println!("  aborted, because no request was answered");
    }
    let Latency { p50, p90, p99, max } = summary.latency_ms;
    println!("a request took p50 {p50:.1} ms, p90 {p90:.1} ms, p99 {p99:.1} ms, at most {max:.1} ms");
}

/// Prints the orders of a simulated shop and the planted customers.
pub(crate) fn print_shop(shop: &ShopSummary) {
    let ShopSummary { orders, days, events, requests, seconds, .. } = shop;
    println!("{orders} orders of {days} days: {events} events in {requests} requests, {seconds:.1} s");
    println!(
        "accepted {}, rejected {}, failed {}, retries {}",
        shop.accepted, shop.rejected, shop.failed, shop.retries
    );
    for (code, count) in &shop.rejected_by_code {
        println!("  rejected as {code}: {count}");
    }
    if let Some(reason) = &shop.first_failure {
        println!("  the first failure: {reason}");
    }
    for Planted { rule, subject } in &shop.planted {
        println!("  planted: {rule} by {subject}");
    }
}
