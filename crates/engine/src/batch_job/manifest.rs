//! The list of objects: `bucket,key` in each line, without a header
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-create-job.html#specify-batchjob-manifest>).

use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Keys are URL-encoded, and decoders differ in what a `+` is. A space is `%20` here and a `+` is `%2B`, so that all of
/// them read the same.
const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// A manifest, as it grows.
#[derive(Debug, Default)]
pub struct Manifest {
    text: String,
    objects: u64,
}

impl Manifest {
    /// Adds an object.
    pub fn add(&mut self, bucket: &str, key: &str) {
        self.text += bucket;
        self.text.push(',');
        self.text.extend(utf8_percent_encode(key, KEY));
        self.text.push('\n');
        self.objects += 1;
    }

    /// How many objects it has.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.objects
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What S3 calls it once it is uploaded in one part and encrypted with S3's own keys: its MD5. The job is created for
    /// exactly this content.
    #[must_use]
    pub fn etag(&self) -> String {
        Md5::digest(&self.text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::event::decode_key;

    #[test]
    fn every_decoder_reads_the_same_keys() {
        let keys = ["a b+c%25 é日\u{10}.jpg", "x,y\"z\".jpg", "holiday/plain.JPG", "+", " "];
        let mut manifest = Manifest::default();
        keys.iter().for_each(|key| manifest.add("uploads", key));
        assert_eq!(manifest.objects(), 5);
        for (line, key) in manifest.text().lines().zip(keys) {
            let encoded = line.strip_prefix("uploads,").unwrap();
            assert!(!encoded.contains(['+', ' ', ',', '"']), "{encoded}");
            // One that knows `+`, and one that does not.
            assert_eq!(decode_key(encoded).unwrap(), key);
            assert_eq!(percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap(), key);
        }
        assert_eq!(Manifest::default().etag(), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
