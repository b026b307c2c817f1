//! A minimal server that sends exactly what a test wants, byte for byte, and counts its requests.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with a request.
pub(crate) enum Reply {
    /// Sends these bytes and keeps the connection.
    Say(String),
    /// Waits, then sends these bytes.
    Late(Duration, String),
    /// Sends nothing and keeps the connection open.
    Never,
    /// Closes the connection without an answer.
    HangUp,
    /// Sends a head, then this repeatedly with a pause in between.
    Repeat { head: String, part: Vec<u8>, times: usize, pause: Duration },
}

/// One request as it arrived.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    now: AtomicUsize,
    most_at_once: AtomicUsize,
    bytes_sent: AtomicUsize,
}

pub(crate) struct Server {
    pub(crate) origin: String,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

type Script = dyn Fn(usize, &Request) -> Reply + Send + Sync;

/// An answer with a status and a body.
pub(crate) fn answer(status: u16, body: &str) -> Reply {
    Reply::Say(response(status, "", body))
}

/// A whole response. `headers` are complete lines.
pub(crate) fn response(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

impl Server {
    /// Starts a server that answers the n-th request (from 0) as the script says.
    pub(crate) async fn start(script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let script: Arc<Script> = Arc::new(script);
        let in_task = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                in_task.connections.fetch_add(1, SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&in_task), Arc::clone(&script)));
            }
        });
        Self { origin, seen, task }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests().len()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(SeqCst)
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.seen.most_at_once.load(SeqCst)
    }

    pub(crate) fn bytes_sent(&self) -> usize {
        self.seen.bytes_sent.load(SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Seen>, script: Arc<Script>) {
    while let Some(request) = read(&mut stream).await {
        let number = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let now = seen.now.fetch_add(1, SeqCst) + 1;
        seen.most_at_once.fetch_max(now, SeqCst);
        let go_on = reply(&mut stream, script(number, &request), &seen).await;
        seen.now.fetch_sub(1, SeqCst);
        if !go_on {
            return;
        }
    }
}

/// Responds. Returns whether the connection can take another request.
async fn reply(stream: &mut TcpStream, reply: Reply, seen: &Seen) -> bool {
    match reply {
        Reply::Say(text) => stream.write_all(text.as_bytes()).await.is_ok(),
        Reply::Late(delay, text) => {
            tokio::time::sleep(delay).await;
            stream.write_all(text.as_bytes()).await.is_ok()
        }
        Reply::Never => {
            // Until the client gives up.
            stream.read(&mut [0; 1]).await.is_ok_and(|length| length > 0)
        }
        Reply::HangUp => false,
        Reply::Repeat { head, part, times, pause } => {
            let mut ok = stream.write_all(head.as_bytes()).await.is_ok();
            for _ in 0..times {
                ok = ok && stream.write_all(&part).await.is_ok();
                if !ok {
                    return false;
                }
                seen.bytes_sent.fetch_add(part.len(), SeqCst);
                tokio::time::sleep(pause).await;
            }
            true
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let lines = head.lines().map(str::to_ascii_lowercase);
    let length =
        lines.filter_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok()).next().unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { head, body: String::from_utf8(bytes[end..end + length].to_vec()).unwrap() })
}
