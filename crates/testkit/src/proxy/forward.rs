//! A forward proxy, as companies have one at the border of their network: `CONNECT` makes a tunnel (RFC 9110, 9.3.6), a
//! request in absolute form is passed on (RFC 9112, 3.2.2). Whatever host it is asked for, it leads to one address.

use super::http::Message;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A forward proxy.
pub struct Forward {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    leads_to: SocketAddr,
    /// What `Proxy-Authorization` must say.
    credentials: Option<String>,
    asked: Mutex<Vec<String>>,
}

impl Forward {
    /// Starts one that leads to `leads_to`, for whoever gives these credentials (`Basic ...`), or for everybody.
    pub fn start(leads_to: SocketAddr, credentials: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let credentials = credentials.map(str::to_owned);
        let shared = Arc::new(Shared { leads_to, credentials, asked: Mutex::default() });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.serve(client));
            }
        });
        Self { address, shared }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked for so far: `CONNECT host:port`, `GET http://host/...`.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) -> Option<()> {
        let mut other: Option<TcpStream> = None;
        loop {
            let request = Message::read(&mut client, |_| false).ok()??;
            self.asked.lock().unwrap().push(format!("{} {}", request.method(), request.target()));
            if self.credentials.is_some()
                && request.header("proxy-authorization") != self.credentials.as_deref()
            {
                let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\n\
                               content-length: 0\r\n\r\n";
                client.write_all(refusal.as_bytes()).ok()?;
                continue;
            }
            if request.method() == "CONNECT" {
                client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
                return tunnel(client, TcpStream::connect(self.leads_to).ok()?);
            }
            let other = match &mut other {
                Some(other) => other,
                none => none.insert(TcpStream::connect(self.leads_to).ok()?),
            };
            request.in_origin_form().forward(other).ok()?;
            let to_head = request.method() == "HEAD";
            let answer = Message::read(other, |status| to_head || status == 204 || status == 304).ok()??;
            client.write_all(&answer.answer_bytes(to_head)).ok()?;
        }
    }
}

fn tunnel(client: TcpStream, other: TcpStream) -> Option<()> {
    let pipe = |mut from: TcpStream, mut to: TcpStream| {
        let mut piece = [0; 16 * 1024];
        while let Ok(length) = from.read(&mut piece) {
            if length == 0 || to.write_all(&piece[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    };
    let (back_from, back_to) = (other.try_clone().ok()?, client.try_clone().ok()?);
    let back = std::thread::spawn(move || pipe(back_from, back_to));
    pipe(client, other);
    back.join().ok()
}
