//! The pictures that were dropped and the lines of the log, as far as they are remembered, and who is told of news.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::broadcast;

use super::events::event;
use super::hidden::HiddenPicture;
use crate::json::page::{Dropped, LogLine, Stage};

/// Pictures that are remembered. The oldest ones go.
const MOST: usize = 200;
/// Bytes of pictures within pictures that are remembered, of the newest ones.
const MOST_HIDDEN: usize = 128 << 20;
/// Lines that are remembered.
const MOST_LINES: usize = 400;
/// News that a slow page may be behind; one that is further behind begins again.
const BEHIND: usize = 256;

/// A picture.
struct Record {
    shown: Dropped,
    hidden: Vec<HiddenPicture>,
    /// The version of its clean copy.
    version: Option<String>,
}

#[derive(Default)]
struct Remembered {
    next: u64,
    records: BTreeMap<u64, Record>,
    lines: VecDeque<LogLine>,
    lines_seen: u64,
}

/// What the page shows.
pub(super) struct Gallery {
    remembered: Mutex<Remembered>,
    news: broadcast::Sender<Arc<str>>,
}

impl Gallery {
    pub(super) fn new() -> Self {
        Self { remembered: Mutex::default(), news: broadcast::channel(BEHIND).0 }
    }

    /// What is there holds no broken state half-way, so whoever panicked does not matter.
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new picture. Another one of the same key that is under way refuses it: both would wait for the same copy.
    pub(super) fn add(&self, name: &str, key: Option<&str>, bytes: usize) -> Option<u64> {
        let mut remembered = self.remembered();
        let same = |shown: &Dropped| shown.key.as_deref() == key && is_under_way(shown.stage);
        if key.is_some() && remembered.records.values().any(|record| same(&record.shown)) {
            return None;
        }
        let id = remembered.next;
        remembered.next += 1;
        let shown = Dropped {
            id,
            name: name.to_owned(),
            key: key.map(str::to_owned),
            bytes,
            stage: Stage::Looking,
            note: None,
            elapsed_ms: None,
            seen: None,
            cleaning: None,
            copy: None,
        };
        self.tell(event("picture", &shown));
        remembered.records.insert(id, Record { shown, hidden: Vec::new(), version: None });
        if remembered.records.len() > MOST {
            remembered.records.pop_first();
        }
        Some(id)
    }

    /// Changes what is known of a picture, and tells it.
    pub(super) fn change(&self, id: u64, change: impl FnOnce(&mut Dropped)) {
        if let Some(record) = self.remembered().records.get_mut(&id) {
            change(&mut record.shown);
            self.tell(event("picture", &record.shown));
        }
    }

    pub(super) fn keep_hidden(&self, id: u64, hidden: Vec<HiddenPicture>) {
        let mut remembered = self.remembered();
        if let Some(record) = remembered.records.get_mut(&id) {
            record.hidden = hidden;
        }
        let mut sum = 0;
        for record in remembered.records.values_mut().rev() {
            sum += record.hidden.iter().map(|hidden| hidden.bytes.len()).sum::<usize>();
            if sum > MOST_HIDDEN {
                record.hidden.clear();
                if let Some(seen) = &mut record.shown.seen {
                    seen.hidden.clear();
                }
            }
        }
    }

    pub(super) fn keep_version(&self, id: u64, version: Option<String>) {
        if let Some(record) = self.remembered().records.get_mut(&id) {
            record.version = version;
        }
    }

    /// A picture within a picture.
    pub(super) fn hidden(&self, id: u64, index: usize) -> Option<Bytes> {
        let remembered = self.remembered();
        remembered.records.get(&id)?.hidden.get(index).map(|hidden| hidden.bytes.clone())
    }

    /// Key and version of a clean copy.
    pub(super) fn copy(&self, id: u64) -> Option<(String, Option<String>)> {
        let remembered = self.remembered();
        let record = remembered.records.get(&id)?;
        record.shown.copy.as_ref()?;
        Some((record.shown.key.clone()?, record.version.clone()))
    }

    /// A line of the log; its number is given here.
    pub(super) fn log(&self, mut line: LogLine) {
        let mut remembered = self.remembered();
        line.number = remembered.lines_seen;
        remembered.lines_seen += 1;
        self.tell(event("log", &line));
        remembered.lines.push_back(line);
        if remembered.lines.len() > MOST_LINES {
            remembered.lines.pop_front();
        }
    }

    /// All that is known, and what comes from then on.
    pub(super) fn follow(&self) -> (Vec<Arc<str>>, broadcast::Receiver<Arc<str>>) {
        let remembered = self.remembered();
        let pictures = remembered.records.values().map(|record| event("picture", &record.shown));
        let lines = remembered.lines.iter().map(|line| event("log", line));
        (pictures.chain(lines).collect(), self.news.subscribe())
    }

    /// Whether anybody looks.
    pub(super) fn is_watched(&self) -> bool {
        self.news.receiver_count() > 0
    }

    fn tell(&self, event: Arc<str>) {
        // Nobody looks: then nobody misses it.
        let _ = self.news.send(event);
    }
}

fn is_under_way(stage: Stage) -> bool {
    matches!(stage, Stage::Looking | Stage::Sending | Stage::Cleaning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::page::Hidden;

    #[test]
    fn one_key_is_under_way_once() {
        let gallery = Gallery::new();
        let first = gallery.add("a.jpg", Some("a.jpg"), 1).unwrap();
        assert_eq!(gallery.add("a.jpg", Some("a.jpg"), 1), None);
        assert!(gallery.add("b.txt", None, 1).is_some() && gallery.add("b.txt", None, 1).is_some());
        gallery.change(first, |shown| shown.stage = Stage::Clean);
        assert!(gallery.add("a.jpg", Some("a.jpg"), 1).is_some());
    }

    #[test]
    fn who_comes_late_is_told_everything_and_who_is_there_the_news() {
        let gallery = Gallery::new();
        assert!(!gallery.is_watched());
        let id = gallery.add("a.jpg", None, 1).unwrap();
        let (all, mut news) = gallery.follow();
        assert!(gallery.is_watched());
        assert_eq!(all.len(), 1);
        gallery.change(id, |shown| shown.note = Some("line\nend".to_owned()));
        let told = news.try_recv().unwrap();
        assert!(told.starts_with("event: picture\ndata: {") && told.ends_with("}\n\n"), "{told}");
        assert_eq!(told.lines().count(), 3, "a line end of a stranger's ends no event: {told}");
    }

    #[test]
    fn pictures_within_pictures_have_a_bound() {
        let gallery = Gallery::new();
        let size = MOST_HIDDEN / 2 - 1;
        let bytes = Bytes::from(vec![0; size]);
        for id in 0..3 {
            gallery.add("a", None, 1).unwrap();
            let shown = Hidden { place: "EXIF", width: 1, height: 1, bytes: size };
            gallery.keep_hidden(id, vec![HiddenPicture { bytes: bytes.clone(), shown }]);
        }
        let kept: Vec<bool> = (0..3).map(|id| gallery.hidden(id, 0).is_some()).collect();
        assert_eq!(kept, [false, true, true]);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let gallery = Gallery::new();
        for _ in 0..MOST + 3 {
            gallery.add("a", None, 1).unwrap();
        }
        assert_eq!(gallery.follow().0.len(), MOST);
    }
}
