//! The proxy itself: a thread for each connection, each with a connection of its own to the local AWS.

use super::aws::{self, Adversary, Before, Held};
use super::call::Call;
use super::fault::{Fault, Rule};
use super::http::Message;
use super::record::Record;
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

type Upstream = StreamOwned<ClientConnection, TcpStream>;

/// The local AWS closes connections that are idle for longer (`keep_alive_timeout` in `server.py` is 75 s).
const IDLE: Duration = Duration::from_secs(20);

/// How often a program must be found asleep before it counts as waiting for answers: what it has sent may not be
/// read here yet. And how long between two looks.
const LOOKS: usize = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// When answers are sent.
#[derive(Debug, Clone, Copy, Default)]
pub enum Pace {
    /// At once.
    #[default]
    Free,
    /// Not before so long after the call.
    Latency(Duration),
    /// All together, whenever the program has made no new call for so long and none of its threads runs or
    /// waits for a processor. Each such round is one step of the longest chain of calls that wait for one
    /// another, however slow the machine is.
    Lockstep(Duration),
}

/// A proxy in front of a local AWS.
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
}

struct Shared {
    upstream: SocketAddr,
    tls: Arc<ClientConfig>,
    /// Connections that wait for the next call: opening one costs more than most calls.
    idle: Mutex<Vec<(Upstream, Instant)>>,
    state: Mutex<State>,
    /// Kept over runs, as AWS keeps it.
    memory: Mutex<aws::Memory>,
    changed: Condvar,
    closed: AtomicBool,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    pace: Pace,
    /// The round of [`Pace::Lockstep`], and what ends it.
    round: usize,
    last_call: Option<Instant>,
    asking: usize,
    calls: Vec<Call>,
    seen: HashMap<String, usize>,
    /// The last good answer to each request that reads, for [`Fault::Stale`].
    answers: HashMap<Vec<u8>, Vec<u8>>,
    in_flight: usize,
    victim: Option<Pid>,
}

impl Proxy {
    /// Starts one in front of `https://ADDRESS:PORT`, whose certificate `ca_bundle` vouches for.
    pub fn start(endpoint: &str, ca_bundle: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(ca_bundle).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream: endpoint.trim_start_matches("https://").parse().unwrap(),
            tls: Arc::new(tls),
            idle: Mutex::default(),
            state: Mutex::default(),
            memory: Mutex::default(),
            changed: Condvar::new(),
            closed: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.closed.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.serve(client));
            }
        });
        Self { shared, address }
    }

    /// What to give the program as its endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Begins a run: counts from 1 again, under these rules.
    pub fn begin(&self, rules: Vec<Rule>, pace: Pace) {
        let mut state = self.shared.state();
        let answers = std::mem::take(&mut state.answers);
        *state = State { rules, pace, answers, ..State::default() };
    }

    /// From now on AWS is as difficult as this, over all runs.
    pub fn adversary(&self, adversary: Adversary) {
        self.shared.memory.lock().unwrap().adversary = adversary;
    }

    /// Says which process the faults are for.
    pub fn victim(&self, process: u32) {
        self.shared.state().victim = Pid::from_raw(process.cast_signed());
        self.shared.changed.notify_all();
    }

    /// Ends a run: waits for what AWS is still busy with, also after the program has died.
    pub fn end(&self) -> Record {
        let mut state = self.shared.state();
        state.rules.clear();
        self.shared.changed.notify_all();
        while state.in_flight > 0 {
            state = self.shared.changed.wait(state).unwrap();
        }
        state.victim = None;
        Record(std::mem::take(&mut state.calls))
    }

    /// How many calls of this operation there were so far in this run.
    pub fn seen(&self, operation: &str) -> usize {
        self.shared.state().calls.iter().filter(|call| call.operation == operation).count()
    }

    /// How many calls there were so far in this run.
    pub fn count(&self) -> usize {
        self.shared.state().calls.len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.shared.state().rules.clear();
        self.shared.changed.notify_all();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

/// What becomes of a connection after a call.
enum Next {
    Answer(Vec<u8>),
    Close,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Serves a connection until one of the two sides closes it.
    fn serve(self: &Arc<Self>, mut client: TcpStream) {
        let _ = client.set_nodelay(true);
        while let Ok(Some(request)) = Message::read(&mut client, |_| false) {
            let (call, fault) = self.begin_call(&request);
            let index = call.number - 1;
            let next = self.handle(&request, &call, fault);
            self.state().asking -= 1;
            self.changed.notify_all();
            let sent = match next {
                Ok(Next::Answer(bytes)) => {
                    self.hold(&call);
                    // Counted as over before the program can go on with its next call.
                    let status = String::from_utf8_lossy(&bytes[..bytes.len().min(12)]);
                    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
                    if let Some(call) = self.state().calls.get_mut(index) {
                        call.status = status;
                        let body =
                            bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
                        call.answer = String::from_utf8_lossy(&bytes[body..]).into_owned();
                        call.end = Some(Instant::now());
                    }
                    client.write_all(&bytes).is_ok()
                }
                Ok(Next::Close) | Err(_) => false,
            };
            self.state().in_flight -= 1;
            self.changed.notify_all();
            if !sent {
                return;
            }
        }
    }

    /// Waits until the program has done what it can do without an answer. Not for ever: other calls of it may go on.
    fn until_asleep(&self) {
        let Some(process) = self.state().victim else { return };
        let mut asleep = 0;
        for _ in 0..50 * LOOKS {
            asleep = if runs(process) { 0 } else { asleep + 1 };
            if asleep == LOOKS {
                return;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }

    /// Keeps an answer until the pace lets it go.
    fn hold(&self, call: &Call) {
        let mut state = self.state();
        let until = match state.pace {
            Pace::Free => return,
            Pace::Latency(latency) => call.start + latency,
            Pace::Lockstep(quiet) => {
                let mut asleep = 0;
                while state.round == call.round {
                    let last = state.last_call.map_or(Duration::ZERO, |last| last.elapsed());
                    let waits = state.asking == 0 && last >= quiet && !state.victim.is_some_and(runs);
                    asleep = if waits { asleep + 1 } else { 0 };
                    if asleep == LOOKS {
                        state.round += 1;
                        self.changed.notify_all();
                        return;
                    }
                    let pause = quiet.saturating_sub(last).max(BETWEEN_LOOKS);
                    state = self.changed.wait_timeout(state, pause).unwrap().0;
                }
                return;
            }
        };
        drop(state);
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
    }

    fn begin_call(&self, request: &Message) -> (Call, Option<Fault>) {
        let mut call = Call::of(request);
        let mut state = self.state();
        call.number = state.calls.len() + 1;
        call.round = state.round;
        state.last_call = Some(call.start);
        state.asking += 1;
        let seen = state.seen.entry(call.label()).or_insert(0);
        call.earlier = *seen;
        *seen += 1;
        let fault = state.rules.iter_mut().find_map(|rule| rule.takes(&call).then(|| rule.fault.clone()));
        call.disturbed = fault.is_some();
        state.calls.push(call.clone());
        state.in_flight += 1;
        (call, fault)
    }

    fn handle(self: &Arc<Self>, request: &Message, call: &Call, fault: Option<Fault>) -> io::Result<Next> {
        let to_head = request.method() == "HEAD";
        let ask = || self.ask(request, call);
        Ok(match fault {
            None => Next::Answer(ask()?),
            Some(Fault::DropBefore) => Next::Close,
            Some(Fault::DropAfter) => {
                ask()?;
                Next::Close
            }
            Some(Fault::KillBefore) => {
                self.signal(Signal::KILL);
                Next::Close
            }
            Some(Fault::KillAfter) => {
                ask()?;
                self.signal(Signal::KILL);
                Next::Close
            }
            Some(Fault::Refuse(refusal)) => Next::Answer(refusal.bytes(call, to_head)),
            Some(Fault::Answer(bytes)) => Next::Answer(bytes.as_bytes().to_vec()),
            Some(Fault::RefuseAs(refusal)) => Next::Answer(refusal(call.service).bytes(call, to_head)),
            Some(Fault::RefuseAfter(refusal)) => {
                ask()?;
                Next::Answer(refusal(call.service).bytes(call, to_head))
            }
            Some(Fault::Delay(duration)) => {
                std::thread::sleep(duration);
                Next::Answer(ask()?)
            }
            Some(Fault::Freeze) => {
                let mut state = self.state();
                while !state.rules.is_empty() {
                    state = self.changed.wait(state).unwrap();
                }
                Next::Close
            }
            Some(Fault::Signal(signal)) => {
                self.signal(signal);
                self.until_asleep();
                Next::Answer(ask()?)
            }
            Some(Fault::Meanwhile(work)) => {
                work();
                Next::Answer(ask()?)
            }
            Some(Fault::Edit(edit)) => {
                let bytes = ask()?;
                let Some(mut answer) = Message::read(&mut bytes.as_slice(), |_| false)? else {
                    return Ok(Next::Close);
                };
                answer.body = edit(&String::from_utf8_lossy(&answer.body)).into_bytes();
                Next::Answer(answer.answer_bytes(to_head))
            }
            Some(Fault::Stale) => {
                let old = self.state().answers.get(&key(request)).cloned();
                Next::Answer(match old {
                    Some(old) => old,
                    None => ask()?,
                })
            }
        })
    }

    /// Asks an AWS as difficult as it was chosen to be.
    fn ask(self: &Arc<Self>, request: &Message, call: &Call) -> io::Result<Vec<u8>> {
        let before = self.memory.lock().unwrap().before(request, call);
        match before {
            Before::Answer(answer) => {
                self.note_disturbance(call);
                Ok(answer)
            }
            Before::Later(answer, held) => {
                self.note_disturbance(call);
                self.ask_later(request.clone(), call.clone(), held);
                Ok(answer)
            }
            Before::Ask => {
                let answer = self.ask_at_once(request, call)?;
                let told = self.memory.lock().unwrap().after(request, call, key(request), answer.clone());
                if told != answer {
                    self.note_disturbance(call);
                }
                Ok(told)
            }
        }
    }

    /// The adversary has done something to this call.
    fn note_disturbance(&self, call: &Call) {
        if let Some(call) = self.state().calls.get_mut(call.number - 1) {
            call.disturbed = true;
        }
    }

    /// What is accepted now and takes effect later.
    fn ask_later(self: &Arc<Self>, request: Message, call: Call, held: Held) {
        let shared = Arc::clone(self);
        std::thread::spawn(move || {
            std::thread::sleep(held.time);
            // Whoever reads it now waits until the local AWS has it, and so does not see the one before.
            let mut memory = shared.memory.lock().unwrap();
            if memory.releases(&held) && !shared.closed.load(Ordering::Relaxed) {
                // The bucket may be gone, and the local AWS, too.
                let _ = shared.ask_at_once(&request, &call);
            }
        });
    }

    /// Asks the local AWS.
    fn ask_at_once(&self, request: &Message, call: &Call) -> io::Result<Vec<u8>> {
        let idle = self.idle.lock().unwrap().pop().filter(|(_, last)| last.elapsed() < IDLE);
        let mut connection = match idle {
            Some((connection, _)) => connection,
            None => self.connect()?,
        };
        request.forward(&mut connection)?;
        let to_head = request.method() == "HEAD";
        let bodiless = |status| to_head || status == 204 || status == 304;
        let answer = Message::read(&mut connection, bodiless)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if !answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            self.idle.lock().unwrap().push((connection, Instant::now()));
        }
        let bytes = answer.answer_bytes(to_head);
        if call.reads() && answer.status() < 500 {
            self.state().answers.insert(key(request), bytes.clone());
        }
        Ok(bytes)
    }

    fn connect(&self) -> io::Result<Upstream> {
        let stream = TcpStream::connect(self.upstream)?;
        stream.set_nodelay(true)?;
        let name = ServerName::from(self.upstream.ip());
        let tls = ClientConnection::new(Arc::clone(&self.tls), name).map_err(io::Error::other)?;
        Ok(StreamOwned::new(tls, stream))
    }

    fn signal(&self, signal: Signal) {
        let mut state = self.state();
        while state.victim.is_none() && !state.rules.is_empty() {
            state = self.changed.wait(state).unwrap();
        }
        if let Some(victim) = state.victim {
            // It may have ended by itself.
            let _ = kill_process(victim, signal);
        }
    }
}

/// The same question has the same key.
fn key(request: &Message) -> Vec<u8> {
    let target = request.header("x-amz-target").unwrap_or_default();
    [request.method().as_bytes(), request.target().as_bytes(), target.as_bytes(), &request.body].join(&b'\n')
}

/// Some thread of the process runs, waits for a processor or for a disk:
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>. Where there is no `/proc`, none is known to.
fn runs(process: Pid) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero())) else {
        return false;
    };
    threads.flatten().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The name stands in parentheses and may hold anything.
        stat.rsplit_once(") ").is_some_and(|(_, fields)| fields.starts_with(['R', 'D']))
    })
}
