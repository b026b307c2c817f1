//! Starts: from exec to the first poll of the runtime API, of each function and of a bare one, alternating.
//!
//! The runtime API here is a socket that never answers: what is measured ends when the request arrives.

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use testkit::template::function_folders;

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::rig::Rig;
use crate::sample::{median, number};

/// Starts of each binary for every round of a comparison: a start takes milliseconds.
const STARTS_PER_ROUND: usize = 8;
/// The function that does nothing.
const BARE: &str = "bare";

/// What Lambda sets, and the resources of a deployment, which have no default. Nothing is called before the first event.
const VARIABLES: [(&str, &str); 17] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("DATABASE_URL", "postgres://shopsignal@db.internal:5432/shopsignal?sslmode=require"),
    ("APP_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:000000000000:secret:app"),
    ("POPULARITY_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/popularity-queue"),
    ("CATALOG_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/catalog-queue"),
    ("ALERTS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/alerts-queue"),
    ("ORDER_EVENTS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/order-events-queue"),
    ("ORDER_EVENTS_DLQ_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/order-events-dlq"),
    ("DEAD_LETTER_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/dlq"),
    ("CATALOG_TABLE", "catalog-feed"),
];

/// The cost of one start.
struct Start {
    seconds: f64,
    /// Resident memory at the first poll, bytes.
    resident: usize,
}

/// Measures every function.
pub(crate) fn measure(rig: &Rig) -> Vec<Figure> {
    let functions: Vec<String> = function_folders().unwrap().into_iter().collect();
    let settings: Vec<_> = functions.iter().map(|name| testkit::default_variables(name)).collect();
    let mut starts: Vec<Vec<Start>> = functions.iter().map(|_| Vec::new()).collect();
    let mut bare = Vec::new();
    for round in 0..=rig.rounds * STARTS_PER_ROUND {
        let bare_start = start(&rig.binaries.join(BARE), &[]);
        let each: Vec<Start> =
            functions.iter().zip(&settings).map(|(name, settings)| start(&rig.binaries.join(name), settings)).collect();
        // The first turn loads the binaries into memory.
        if round > 0 {
            bare.push(bare_start);
            starts.iter_mut().zip(each).for_each(|(starts, start)| starts.push(start));
        }
    }
    let size = |name: &str| number(usize::try_from(rig.binaries.join(name).metadata().unwrap().len()).unwrap()) / 1e6;
    let millis = |starts: &[Start]| starts.iter().map(|start| start.seconds * 1e3).collect::<Vec<_>>();
    let resident =
        |starts: &[Start]| median(&starts.iter().map(|start| number(start.resident) / 1e6).collect::<Vec<_>>());
    let limit = millis(&bare);
    let times = functions.iter().zip(&starts).map(|(name, starts)| {
        let mut rounds = Rounds::default();
        millis(starts).into_iter().zip(&limit).for_each(|(ours, limit)| rounds.push(ours, *limit));
        rounds.figure("start", format!("{name}, exec to first poll"), "ms").against("bare function").hold(hold::START)
    });
    let memory = functions.iter().zip(&starts).map(|(name, starts)| {
        Figure::alone("start", format!("{name}, RSS at first poll"), "MB", resident(starts)).hold(hold::MEGABYTES)
    });
    let sizes = functions
        .iter()
        .map(|name| Figure::alone("start", format!("{name}, binary"), "MB", size(name)).hold(hold::MEGABYTES));
    let floor = [
        Figure::alone("start", "bare function, RSS at first poll", "MB", resident(&bare)),
        Figure::alone("start", "bare function, binary", "MB", size(BARE)),
    ];
    times.chain(memory).chain(sizes).chain(floor).collect()
}

fn start(binary: &Path, settings: &[(String, String)]) -> Start {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut command = Command::new(binary);
    command.env_clear().envs(settings.iter().cloned()).envs(VARIABLES);
    command.env("AWS_LAMBDA_RUNTIME_API", listener.local_addr().unwrap().to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("could not start {}: {error}", binary.display()));
    let (mut poll, _) = listener.accept().unwrap();
    let mut request = [0; 512];
    let length = poll.read(&mut request).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let request = String::from_utf8_lossy(&request[..length]);
    assert!(request.starts_with("GET /2018-06-01/runtime/invocation/next"), "{}: {request}", binary.display());
    let resident = resident_bytes(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    Start { seconds, resident }
}

fn resident_bytes(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}
