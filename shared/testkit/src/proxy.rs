//! A TCP proxy in front of a service, to take the service away or to lose its answer at the worst moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A proxy on a free loopback port; it ends with the value.
#[derive(Debug)]
pub struct TestProxy {
    address: String,
    line: Arc<Line>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Line {
    cut: watch::Sender<bool>,
    lose_answer: AtomicBool,
}

impl TestProxy {
    /// Starts a proxy to `host:port`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(service: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let line = Arc::new(Line { cut: watch::Sender::new(false), lose_answer: AtomicBool::new(false) });
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

    /// Takes the service away: connections end, new ones are closed at once.
    pub fn cut(&self) {
        self.line.cut.send_replace(true);
    }

    /// Brings the service back.
    pub fn restore(&self) {
        self.line.cut.send_replace(false);
    }

    /// Lets the next answer of the service be lost, and the connection with it. What was asked is done.
    pub fn lose_next_answer(&self) {
        self.line.lose_answer.store(true, SeqCst);
    }

    /// Says whether the answer that was to be lost has been lost.
    #[must_use]
    pub fn has_lost_answer(&self) -> bool {
        !self.line.lose_answer.load(SeqCst)
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
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        () = answer(from_server, to_client, &line) => {}
        _ = cut.wait_for(|cut| *cut) => {}
    }
}

async fn answer(mut from_server: OwnedReadHalf, mut to_client: OwnedWriteHalf, line: &Line) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
        if line.lose_answer.swap(false, SeqCst) || to_client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
