//! A TCP proxy in front of a service, to make the service unavailable or to lose its response at the worst moment.

use std::fmt;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A proxy on a free loopback port; it stops when the value is dropped.
#[derive(Debug)]
pub struct TestProxy {
    address: String,
    line: Arc<Line>,
    task: JoinHandle<()>,
}

/// When a trap is triggered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A request came from the client, and the service has not seen it.
    Asked,
    /// The service responded, and the client has not seen it. The request was executed.
    Answered,
}

/// An action at a certain point of the traffic, once. The connection is closed then.
struct Trap {
    /// The bytes that the request contains.
    question: &'static str,
    moment: Moment,
    action: Box<dyn FnOnce() + Send>,
}

#[derive(Debug)]
struct Line {
    cut: watch::Sender<bool>,
    trap: Mutex<Option<Trap>>,
}

impl TestProxy {
    /// Starts a proxy to `host:port`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(service: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let line = Arc::new(Line { cut: watch::Sender::new(false), trap: Mutex::default() });
        let (service, shared) = (service.to_owned(), Arc::clone(&line));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, service.clone(), Arc::clone(&shared)));
            }
        });
        Self { address, line, task }
    }

    /// Starts a proxy to the server of a URL, and returns the URL that leads through it.
    ///
    /// # Panics
    /// When the URL has no user or no database.
    pub async fn of_url(url: &str) -> (Self, String) {
        let (head, rest) = url.split_once('@').unwrap();
        let (server, tail) = rest.split_once('/').unwrap();
        let proxy = Self::start(server).await;
        let through = format!("{head}@{}/{tail}", proxy.address);
        (proxy, through)
    }

    /// Returns `host:port` of the proxy.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Makes the service unavailable: connections are closed, new ones are closed at once.
    pub fn cut(&self) {
        self.line.cut.send_replace(true);
    }

    /// Makes the service available again.
    pub fn restore(&self) {
        self.line.cut.send_replace(false);
    }

    /// Loses the next response of the service, and the connection with it. The request is executed.
    ///
    /// # Panics
    /// Never: nothing panics while holding the trap.
    pub fn lose_next_answer(&self) {
        self.set_trap("", Moment::Answered, || {});
    }

    /// Runs an action when a request with this text (empty: any) arrives or is answered, and closes its connection.
    ///
    /// A trap that was not triggered yet is replaced.
    ///
    /// # Panics
    /// Never: nothing panics while holding the trap.
    pub fn set_trap(&self, question: &'static str, moment: Moment, action: impl FnOnce() + Send + 'static) {
        *self.line.trap.lock().unwrap() = Some(Trap { question, moment, action: Box::new(action) });
    }

    /// Says whether the trap was triggered, or never set.
    ///
    /// # Panics
    /// Never: nothing panics while holding the trap.
    #[must_use]
    pub fn has_sprung(&self) -> bool {
        self.line.trap.lock().unwrap().is_none()
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Trap").field("question", &self.question).field("moment", &self.moment).finish()
    }
}

impl Line {
    /// Takes the trap if it waits for this request.
    fn take_trap(&self, question: &[u8]) -> Option<Trap> {
        self.trap.lock().unwrap().take_if(|trap| {
            let text = trap.question.as_bytes();
            text.is_empty() || question.windows(text.len()).any(|window| window == text)
        })
    }
}

impl Drop for TestProxy {
    fn drop(&mut self) {
        self.cut();
        self.task.abort();
    }
}

async fn carry(client: TcpStream, service: String, line: Arc<Line>) {
    let mut cut = line.cut.subscribe();
    if *cut.borrow() {
        return;
    }
    let Ok(server) = TcpStream::connect(service).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // The trap that waits for the response on this connection.
    let waiting = Mutex::default();
    tokio::select! {
        () = ask(from_client, to_server, &line, &waiting) => {}
        () = answer(from_server, to_client, &waiting) => {}
        _ = cut.wait_for(|cut| *cut) => {}
    }
}

async fn ask(
    mut from_client: OwnedReadHalf,
    mut to_server: OwnedWriteHalf,
    line: &Line,
    waiting: &Mutex<Option<Trap>>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        match line.take_trap(&buffer[..length]) {
            Some(trap) if trap.moment == Moment::Asked => return (trap.action)(),
            Some(trap) => *waiting.lock().unwrap() = Some(trap),
            None => {}
        }
        if to_server.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

async fn answer(mut from_server: OwnedReadHalf, mut to_client: OwnedWriteHalf, waiting: &Mutex<Option<Trap>>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
        let trap = waiting.lock().unwrap().take();
        if let Some(trap) = trap {
            return (trap.action)();
        }
        if to_client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
