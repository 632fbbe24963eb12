//! stub
pub fn bytes(n: u64) -> String {
    n.to_string()
}
