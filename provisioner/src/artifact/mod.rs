//! stub
#[derive(Debug)]
pub struct Package {
    pub zip: bytes::Bytes,
    pub code_sha256: String,
}
