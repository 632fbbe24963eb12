//! No picture ends the process, whatever its size and whatever came before it.

use std::{sync::Arc, time::Duration};

use sanitizer::{Options, memory_needed};

use crate::{
    host::{Host, Object},
    pictures::{Kind, Row, gif, sideways_png},
    sandbox::{Cgroup, address_space},
};

/// More than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// All sizes and 200 sequences instead of some.
const WHOLE: &str = "PROVISIONER_WHOLE_SWEEP";

pub(crate) fn is_whole() -> bool {
    std::env::var_os(WHOLE).is_some()
}

/// What must be left beside pictures, in megabytes, as the function has it.
const PROCESS: u64 = 40;

/// Has a picture cleaned, which must be cleaned or rejected. Gives whether it was cleaned.
fn clean(host: &mut Host, key: &str, picture: &Arc<Vec<u8>>) -> bool {
    host.put(key, Object::Bytes(Arc::clone(picture)));
    let answer = host.invoke(key, LONG);
    if answer["rejected"][0]["kind"] == "too-large" {
        return false;
    }
    assert_eq!(answer["cleaned"][0], key, "{} bytes: {answer}", picture.len());
    assert!(host.written(key).is_some_and(|written| !written.is_empty()));
    true
}

/// The most rows with which a picture fits.
pub(crate) fn largest(row: &Row, megabytes: u64) -> usize {
    let allowed = (megabytes - PROCESS) << 20;
    let fits = |rows: usize| {
        let length = row.length(rows) as u64;
        length + memory_needed(&row.head(rows), length, &Options::default()).unwrap() <= allowed
    };
    let (mut fitting, mut too_many) = (1, row.most_rows() + 1);
    while fitting + 1 < too_many {
        let rows = usize::midpoint(fitting, too_many);
        if fits(rows) { fitting = rows } else { too_many = rows }
    }
    fitting
}

#[test]
fn sizes_up_to_the_largest() {
    let all = [128, 256, 512, 1024];
    for megabytes in if is_whole() { &all[..] } else { &all[..1] } {
        let Some(cgroup) = Cgroup::new(*megabytes) else { return };
        let mut host = Host::start(*megabytes, &mut cgroup.command());
        for progressive in [false, true] {
            for sideways in [false, true] {
                for noise in [2, 150] {
                    let row = Row::new(Kind { progressive, sideways, noise, width: 6_400 });
                    let most = largest(&row, *megabytes);
                    let steps = if is_whole() { 8 } else { 2 };
                    for step in 1..=steps {
                        let rows = (most * step / steps).max(1);
                        let key = format!("{megabytes}-{progressive}-{sideways}-{noise}-{rows}.jpg");
                        assert!(clean(&mut host, &key, &row.picture(rows)), "{key}: {}", host.last_line());
                    }
                    if most < row.most_rows() {
                        let key = format!("{megabytes}-{progressive}-{sideways}-{noise}-too-large.jpg");
                        assert!(!clean(&mut host, &key, &row.picture(most + 1)), "{key}");
                        let line = host.last_line()["reason"].to_string();
                        assert!(line.contains("is enough"), "{line}");
                    }
                }
            }
        }
        // Two thirds of what fits hold the pixels and what becomes of them.
        let side = (((megabytes - PROCESS) << 20) as f64 / 6.2).sqrt() as u32;
        assert!(clean(&mut host, "turned.png", &sideways_png(side, side)), "{}", host.last_line());
        let bytes = ((megabytes - PROCESS - 2) << 20) as usize;
        assert!(clean(&mut host, "frames.gif", &gif(bytes)), "{}", host.last_line());
    }
}

/// Numbers that look random, always the same.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Pictures like those of phones, of 12 to 61 megapixels.
pub(crate) fn pool() -> Vec<Arc<Vec<u8>>> {
    let mut pool = Vec::new();
    for (width, height) in [(4032, 3024), (5712, 4288), (8064, 6048), (9248, 6944)] {
        for (progressive, sideways, noise) in
            [(false, false, 30), (false, true, 10), (false, true, 60), (true, false, 20), (true, true, 20)]
        {
            let row = Row::new(Kind { progressive, sideways, noise, width: width / 32 * 32 });
            pool.push(row.picture(height / if progressive { 8 } else { 16 }));
        }
    }
    pool
}

#[test]
fn warm_sequences() {
    let mut random = Random(7);
    let sequences = if is_whole() { 200 } else { 3 };
    let pool = pool();
    let (mut cleaned, mut rejected) = (0, 0);
    for sequence in 0..sequences {
        let megabytes = [128, 192, 256, 320][random.below(4)];
        let Some(cgroup) = Cgroup::new(megabytes) else { return };
        let mut host = Host::start(megabytes, &mut cgroup.command());
        for event in 0..8 {
            let picture = &pool[random.below(pool.len())];
            let key = format!("{sequence}-{event}.jpg");
            if clean(&mut host, &key, picture) { cleaned += 1 } else { rejected += 1 }
        }
    }
    assert!(cleaned > rejected / 2 && rejected > 0, "{cleaned} cleaned, {rejected} rejected");
}

#[test]
fn again_after_it_ran_out_of_time() {
    let row = Row::new(Kind { progressive: true, sideways: true, noise: 30, width: 4_800 });
    let megabytes = 192;
    let Some(cgroup) = Cgroup::new(megabytes) else { return };
    let mut host = Host::start(megabytes, &mut cgroup.command());
    let picture = row.picture(largest(&row, megabytes));
    for round in 0..3 {
        host.put("k.jpg", Object::Bytes(Arc::clone(&picture)));
        // The half second before the end is for the answer.
        let answer = host.invoke("k.jpg", Duration::from_millis(550 + 60 * round));
        assert!(
            answer["errorMessage"].as_str().is_some_and(|text| text.contains("not finished")),
            "{answer}"
        );
        assert!(clean(&mut host, "k.jpg", &picture), "{}", host.last_line());
    }
}

#[test]
fn a_limited_address_space() {
    let row = Row::new(Kind { progressive: false, sideways: true, noise: 30, width: 4_800 });
    let (mut cleaned, mut rejected) = (0, 0);
    for megabytes in [128, 256, 384] {
        let mut host = Host::start(1024, &mut address_space(megabytes));
        for rows in [20, 100, 200, 400, 800, 1600] {
            if clean(&mut host, "k.jpg", &row.picture(rows)) { cleaned += 1 } else { rejected += 1 }
        }
    }
    assert!(cleaned > 3 && rejected > 3, "{cleaned} cleaned, {rejected} rejected");
}

/// A large file is refused by its first bytes.
#[test]
fn what_is_too_large_is_not_read() {
    let mut host = Host::start(128, &mut std::process::Command::new(env!("CARGO_BIN_EXE_bootstrap")));
    host.put("k.jpg", Object::Silent(1 << 30));
    let answer = host.invoke("k.jpg", LONG);
    assert_eq!(answer["rejected"][0]["kind"], "too-large", "{answer}");
    assert_eq!(host.requests(), ["GET /a/k.jpg"]);
}
