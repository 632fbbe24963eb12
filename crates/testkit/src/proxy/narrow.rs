//! A line between a program and the other side that is narrow on the way there: so many bits a second for each
//! connection, and so many in all. Below HTTP and TLS, as real lines are.

use rustix::net::sockopt::set_socket_recv_buffer_size;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a line lets through, in bits a second.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    pub each: u64,
    pub all: u64,
}

impl Width {
    /// One line that all connections share.
    pub const fn shared(bits: u64) -> Self {
        Self { each: bits, all: bits }
    }
}

/// What a connection may send at once: some packets.
const PORTION: usize = 8 * 1024;

/// What waits in front of the line, as in a router. The system takes twice as much.
const QUEUE: usize = 64 * 1024;

/// A narrow line. Whoever connects to it is connected with the other side.
pub struct Narrow {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    other_side: SocketAddr,
    width: Width,
    /// When the line is free again.
    free: Mutex<Instant>,
    carried: AtomicU64,
    dead: AtomicBool,
    closed: AtomicBool,
}

impl Narrow {
    /// Starts one to `http://ADDRESS:PORT`.
    pub fn start(endpoint: &str, width: Width) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // Connections that come in have the listener's.
        set_socket_recv_buffer_size(&listener, QUEUE).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            other_side: endpoint.trim_start_matches("http://").parse().unwrap(),
            width,
            free: Mutex::new(Instant::now()),
            carried: AtomicU64::new(0),
            dead: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.closed.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.connect(client));
            }
        });
        Self { address, shared }
    }

    /// What to give the program as its endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Bytes that it has carried there.
    pub fn carried(&self) -> u64 {
        self.shared.carried.load(Ordering::Relaxed)
    }

    /// From now on it carries nothing there, and says nothing of it.
    pub fn goes_dead(&self) {
        self.shared.dead.store(true, Ordering::Relaxed);
    }

    /// It carries again.
    pub fn comes_back(&self) {
        self.shared.dead.store(false, Ordering::Relaxed);
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn connect(&self, client: TcpStream) {
        let Ok(other) = TcpStream::connect(self.other_side) else { return };
        let _ = (client.set_nodelay(true), other.set_nodelay(true));
        let (Ok(mut back_from), Ok(mut back_to)) = (other.try_clone(), client.try_clone()) else { return };
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut back_from, &mut back_to);
            let _ = back_to.shutdown(Shutdown::Write);
        });
        let _ = self.carry(&client, &other);
        let _ = other.shutdown(Shutdown::Write);
    }

    fn carry(&self, mut client: &TcpStream, mut other: &TcpStream) -> std::io::Result<()> {
        let mut portion = [0; PORTION];
        loop {
            while self.dead.load(Ordering::Relaxed) {
                if self.closed.load(Ordering::Relaxed) {
                    return Ok(());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let length = client.read(&mut portion)?;
            if length == 0 {
                return Ok(());
            }
            let start = Instant::now();
            let until = {
                let mut free = self.free.lock().unwrap();
                *free = start.max(*free) + time(length, self.width.all);
                *free
            };
            let until = until.max(start + time(length, self.width.each));
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
            other.write_all(&portion[..length])?;
            self.carried.fetch_add(length as u64, Ordering::Relaxed);
        }
    }
}

fn time(bytes: usize, bits_a_second: u64) -> Duration {
    Duration::from_nanos(bytes as u64 * 8 * 1_000_000_000 / bits_a_second)
}
