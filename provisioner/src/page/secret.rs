//! What only the user's browser knows: the token in every address, and the ticket that leads to it once.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// 192 bits.
const BYTES: usize = 24;

/// How long a browser may take to start.
const GOOD_FOR: Duration = Duration::from_secs(120);

/// A random word.
pub(super) struct Secret(String);

impl Secret {
    /// # Errors
    /// When the system has no random bytes.
    pub(super) fn random() -> io::Result<Self> {
        let mut bytes = [0_u8; BYTES];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        let mut text = String::with_capacity(2 * BYTES);
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `given` is it. Takes as long for every word of this length, so that nobody finds it letter by letter.
    pub(super) fn is(&self, given: &str) -> bool {
        let (own, given) = (self.0.as_bytes(), given.as_bytes());
        let differing = own.iter().zip(given).fold(0, |sum, (a, b)| std::hint::black_box(sum | (a ^ b)));
        own.len() == given.len() && differing == 0
    }
}

/// A secret that is good once, and not for long.
///
/// A browser gets its address as an argument, and arguments of processes can be read by all users of a machine: what stands
/// there must lead nowhere once the page is open.
pub(super) struct Ticket {
    secret: Secret,
    until: Mutex<Option<Instant>>,
}

impl Ticket {
    pub(super) fn new() -> io::Result<Self> {
        let until = Instant::now().checked_add(GOOD_FOR);
        Ok(Self { secret: Secret::random()?, until: Mutex::new(until) })
    }

    pub(super) fn as_str(&self) -> &str {
        self.secret.as_str()
    }

    /// Whether `given` opens the page. It does so once.
    pub(super) fn redeem(&self, given: &str) -> bool {
        if !self.secret.is(given) {
            return false;
        }
        let until = self.until.lock().ok().and_then(|mut until| until.take());
        until.is_some_and(|until| Instant::now() < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_itself_only() {
        let (one, two) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_eq!(one.as_str().len(), 48);
        assert!(one.is(one.as_str()));
        for other in [two.as_str(), "", &one.as_str()[..47], &format!("{}0", one.as_str())] {
            assert!(!one.is(other), "{other}");
        }
    }

    #[test]
    fn a_ticket_is_good_once() {
        let ticket = Ticket::new().unwrap();
        let word = ticket.as_str().to_owned();
        assert!(!ticket.redeem("something else"));
        assert!(ticket.redeem(&word));
        assert!(!ticket.redeem(&word));
    }

    #[test]
    fn a_ticket_is_not_good_for_ever() {
        let ticket = Ticket { secret: Secret::random().unwrap(), until: Mutex::new(Some(Instant::now())) };
        assert!(!ticket.redeem(ticket.as_str()));
    }
}
