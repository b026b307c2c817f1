//! Outages of a simulated day: everything accepted before and during them must still be pending when they end, and no
//! message may have become a dead letter.
//!
//! Time is compressed, the ratios are those of template.yaml: a day is a number of visibility timeouts of the rig, and
//! the maximum of receives exceeds that number in the same proportion as visibility x `maxReceiveCount` exceeds a day
//! there. Receives are counted and not timed, so a slow machine makes no difference.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::template::Template;
use testkit::{HttpEvent, HttpReply, Invoked, TestSecret, TestServer};
use uuid::Uuid;

use super::environment::Environment;
use super::mapping::Mapping;
use super::queue::Receives;
use super::rig::{Options, Rig};
use super::scenario::{Job, Report, Scenario};
use super::staff::Crew;
use super::traffic::{Outcome, Traffic};

/// Visibility timeouts of a simulated day.
const DAY: u32 = 8;
const DAY_SECONDS: u64 = 24 * 60 * 60;
/// The visibility timeout of a message: the shortest that SQS supports.
const VISIBILITY: Duration = Duration::from_secs(1);
/// The maximum number of items of a request, and the requests and posts of events per visibility timeout.
const MOST_ITEMS: usize = 10;
const REQUESTS: u32 = 2;
const EVENTS: usize = 12;
/// The maximum number of posts of the same events.
const POSTS: usize = 20;
/// Simulated seconds between two runs of resend-pending after the outage.
const SWEEP_SECONDS: u32 = 60;
/// Longer than it takes until nothing is pending after the outage.
const WAIT_LIMIT: Duration = Duration::from_secs(120);

/// The systems that are down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Away {
    Postgres,
    Receivers,
}

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let all = [
        (("O1", "Postgres away for a simulated day, with events coming in"), Away::Postgres),
        (("O2", "the catalog and the webhooks away for a simulated day, with events coming in"), Away::Receivers),
    ];
    all.map(|(words, away)| Scenario::new(words, (1, 10, 1), move |job| endure(job, away))).into()
}

/// How often a message is received before it is a dead letter, when a day has [`DAY`] visibility timeouts.
fn receives() -> Receives {
    let template = Template::load().unwrap();
    let of = |queue: &str| {
        let properties = template.all("AWS::SQS::Queue")[queue];
        let tries = template.number(&properties["RedrivePolicy"]["maxReceiveCount"]).unwrap();
        let bridged = tries * template.number(&properties["VisibilityTimeout"]).unwrap();
        u32::try_from(bridged * u64::from(DAY) / DAY_SECONDS).unwrap().max(1)
    };
    Receives {
        popularity: of("PopularityQueue"),
        catalog: of("CatalogQueue"),
        alerts: of("AlertsQueue"),
        order_events: of("OrderEventsQueue"),
    }
}

/// All parties, and what was acknowledged to them.
struct Shop<'a> {
    rig: &'a Rig,
    crew: Crew,
    projector: Mapping,
    alerter: Mapping,
    recorder: Environment,
    acceptor: Environment,
    traffic: Traffic,
    webhook: &'a TestServer,
    /// Ids of the events that POST /event accepted.
    accepted: BTreeSet<Uuid>,
    orders: u32,
}

impl<'a> Shop<'a> {
    async fn open(rig: &'a Rig, webhook: &'a TestServer) -> Self {
        let projector = rig.environment("project-orders", &[]);
        let secret = TestSecret::create(&[("alert_json_url", webhook.url())]).await;
        let alerter = rig.environment("send-alerts", &[("APP_SECRET_ARN", secret.arn())]);
        Self {
            rig,
            crew: Crew::new(rig),
            projector: rig.mapping_to(projector, &rig.queues.order_events, 3),
            alerter: rig.mapping_to(alerter, &rig.queues.alerts, 4),
            recorder: rig.environment("record-interactions", &[]),
            acceptor: rig.environment("accept-events", &[]),
            traffic: Traffic::new(rig.options.seed, 0, MOST_ITEMS),
            webhook,
            accepted: BTreeSet::new(),
            orders: 0,
        }
    }

    /// Lets customers order and shoppers browse; whatever a 2xx names must be stored at the end.
    async fn trade(&mut self) -> Result<(), String> {
        for _ in 0..REQUESTS {
            let request = self.traffic.draw();
            if request.send(&mut self.recorder, &self.rig.history, &self.rig.notes).await == Outcome::Unanswered {
                return Err("recording gave no answer".to_owned());
            }
        }
        let events: Vec<_> = (0..EVENTS).map(|_| self.order()).collect();
        let wanted = self.accepted.len() + EVENTS;
        for _ in 0..POSTS {
            self.post(&events).await?;
            if self.accepted.len() == wanted {
                return Ok(());
            }
        }
        Err(format!("not every event was accepted in {POSTS} posts"))
    }

    /// Posts events as the shop's services do, which send again what was not accepted: on a busy machine SQS may be slower
    /// than accept-events waits.
    async fn post(&mut self, events: &[Value]) -> Result<(), String> {
        let post = HttpEvent::new("POST", "/api/v1/analytic/event").claim("sub", "order-service").trusted();
        let said = self.acceptor.invoke(&post.body(json!({ "events": events }).to_string()).event()).await;
        let Invoked::Answered(answer) = said else { return Err(format!("accept-events: {said:?}")) };
        let reply = HttpReply::of(&answer).json();
        let results =
            [&reply["data"], &reply["error"]["details"]].into_iter().find_map(|place| place["results"].as_array());
        let accepted = results.into_iter().flatten().filter(|result| result["status"] == "accepted");
        self.accepted.extend(accepted.filter_map(|result| result["event_id"].as_str()?.parse::<Uuid>().ok()));
        Ok(())
    }

    /// An order without lines, so that no interaction is derived from it; every sixth is large enough for an alert.
    fn order(&mut self) -> Value {
        self.orders += 1;
        let number = self.orders;
        let price = if number.is_multiple_of(6) { "2000.00" } else { "19.90" };
        json!({
            "event": "OrderCreated", "timestamp": jiff::Timestamp::now().to_string(), "eventId": Uuid::now_v7(),
            "orderId": format!("o-{number}"), "customerId": format!("c-{number}"), "items": [], "totalPrice": price,
        })
    }

    /// Delivers the visible messages of every queue; returns how many there were.
    async fn deliver(&mut self) -> usize {
        self.projector.deliver().await
            + self.alerter.deliver().await
            + self.crew.scorer.deliver().await
            + self.crew.teller.deliver().await
    }

    /// A visibility timeout of an outage, by the clock of the simulated day.
    async fn pass(&mut self) -> Result<(), String> {
        self.trade().await?;
        self.deliver().await;
        // Without Postgres time stands still for the rows, and resend-pending fails.
        self.sweep(u32::try_from(DAY_SECONDS).unwrap() / DAY).await?;
        tokio::time::sleep(VISIBILITY).await;
        Ok(())
    }

    /// Sends the hints that are due after so many seconds, also at alerts.
    async fn sweep(&mut self, seconds: u32) -> Result<(), String> {
        self.rig.pass_time(seconds).await.map_err(|error| error.to_string())?;
        let alerts = format!("UPDATE analytic.pending_alert SET next_hint_at = next_hint_at - interval '{seconds} s'");
        let client = self.rig.connect().await.map_err(|error| error.to_string())?;
        client.batch_execute(&alerts).await.map_err(|error| error.to_string())?;
        self.crew.sweeper.invoke(&json!({})).await;
        Ok(())
    }

    /// Environments do not outlive a day of failures; the circuit breaker of one that did would wait slightly longer.
    async fn rest_environments(&mut self) {
        let mappings = [&mut self.projector, &mut self.alerter, &mut self.crew.scorer, &mut self.crew.teller];
        for mapping in mappings {
            mapping.environment.end().await;
        }
    }

    /// Works until nothing is pending and no message waits.
    async fn drain(&mut self) -> Result<Duration, String> {
        let started = Instant::now();
        while started.elapsed() < WAIT_LIMIT {
            if self.deliver().await > 0 {
                continue;
            }
            let mut waiting = 0;
            for (_, queue, _) in self.rig.queues.pairs() {
                waiting += queue.depth().await;
            }
            if waiting == 0 {
                if self.owed().await? == 0 {
                    return Ok(started.elapsed());
                }
                // SQS was slower than recording waits: the row is stored, its hint was not sent.
                self.sweep(SWEEP_SECONDS).await?;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(format!("I2: {} effects are still owed", self.owed().await?))
    }

    async fn owed(&self) -> Result<i64, String> {
        let sql = "SELECT (SELECT count(*) FROM analytic.pending) + (SELECT count(*) FROM analytic.pending_alert)";
        let client = self.rig.connect().await.map_err(|error| error.to_string())?;
        client.query_one(sql, &[]).await.map(|row| row.get(0)).map_err(|error| error.to_string())
    }

    /// Everything acknowledged is stored, once, and nothing is a dead letter.
    async fn check(&self) -> Result<(), String> {
        let client = self.rig.connect().await.map_err(|error| error.to_string())?;
        let logged =
            client.query("SELECT id FROM analytic.shop_event", &[]).await.map_err(|error| error.to_string())?;
        let logged: BTreeSet<Uuid> = logged.iter().map(|row| row.get(0)).collect();
        let lost = self.accepted.difference(&logged).count();
        if lost > 0 || logged.len() != self.accepted.len() {
            return Err(format!("{lost} of {} accepted events are lost, {} logged", self.accepted.len(), logged.len()));
        }
        for (name, _, dlq) in self.rig.queues.pairs() {
            let dead = dlq.depth().await;
            if dead > 0 {
                return Err(format!("{dead} messages in {name}-dlq that a healthy shop would have taken"));
            }
        }
        let sent: BTreeSet<_> =
            self.webhook.requests().iter().map(|request| request.headers["idempotency-key"].clone()).collect();
        let alerts = usize::try_from(self.orders / 6).unwrap();
        if sent.len() == alerts { Ok(()) } else { Err(format!("{} of {alerts} alerts were sent", sent.len())) }
    }

    async fn close(mut self) {
        self.rest_environments().await;
        for environment in [&mut self.recorder, &mut self.acceptor, &mut self.crew.sweeper] {
            environment.end().await;
        }
    }
}

async fn endure(job: Job, away: Away) -> Report {
    let options = Options { receives: receives(), visibility: VISIBILITY, ..Options::new(job.seed, &job.binaries) };
    let rig = Rig::open(options, job.database().await).await;
    let webhook = webhook_behind(&rig).await;
    let mut shop = Shop::open(&rig, &webhook).await;
    let mut convergence = Vec::new();
    let rest = async {
        for _ in 0..job.rounds {
            convergence.push(live_through(&mut shop, away).await?);
        }
        shop.check().await
    };
    let rest = rest.await;
    shop.close().await;
    Report::of(&rig, job.rounds, convergence, rest).await
}

/// A webhook that is down when the catalog is.
async fn webhook_behind(rig: &Rig) -> TestServer {
    let away = rig.catalog.away();
    TestServer::start(move |_| {
        let status = if away.load(std::sync::atomic::Ordering::SeqCst) { 503 } else { 200 };
        async move { TestServer::reply(status, "") }
    })
    .await
}

/// A day: work waits in every queue when the outage begins, more arrives meanwhile, and all of it is done afterwards.
async fn live_through(shop: &mut Shop<'_>, away: Away) -> Result<Duration, String> {
    shop.trade().await?;
    // The events of before the outage are projected, so that hints at alerts wait as well.
    let started = Instant::now();
    while shop.projector.deliver().await > 0 {
        if started.elapsed() > WAIT_LIMIT {
            return Err(format!("I9: events come back after {} s of work", WAIT_LIMIT.as_secs()));
        }
    }
    shop.trade().await?;
    match away {
        Away::Postgres => shop.rig.postgres.cut(),
        Away::Receivers => shop.rig.catalog.leave(),
    }
    for _ in 0..DAY {
        shop.pass().await?;
    }
    shop.rest_environments().await;
    match away {
        Away::Postgres => shop.rig.postgres.restore(),
        Away::Receivers => shop.rig.catalog.come_back(),
    }
    shop.drain().await
}
