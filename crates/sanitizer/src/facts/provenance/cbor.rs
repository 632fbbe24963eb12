//! Reads CBOR (RFC 8949) as a list of its values, each with the names that lead to it.

use super::Value;

/// Containers nested deeper than this are not read.
const DEPTH_LIMIT: usize = 32;

/// A container that is open.
struct Open {
    /// Items that are to come; `None` when a break ends them.
    left: Option<u64>,
    is_map: bool,
    /// The next item of a map is a value, and has a name.
    is_named: bool,
}

/// Gives each value that is no container to `value`, up to the first fault.
pub(super) fn read(bytes: &[u8], value: &mut dyn FnMut(&[String], Value<'_>)) {
    let _ = read_all(bytes, value);
}

fn read_all(mut bytes: &[u8], value: &mut dyn FnMut(&[String], Value<'_>)) -> Option<()> {
    let mut open: Vec<Open> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    while !bytes.is_empty() {
        let (major, argument, rest) = head(bytes)?;
        bytes = rest;
        let is_key = open.last().is_some_and(|one| one.is_map && !one.is_named);
        match (major, argument) {
            // A tag says how to take what follows, which is all the same here.
            (6, _) => continue,
            (7, None) => {
                // The end of a container without a length.
                let ended = open.pop()?;
                if ended.left.is_some() || ended.is_named {
                    return None;
                }
            }
            (4 | 5, count) => {
                if is_key || open.len() >= DEPTH_LIMIT {
                    return None;
                }
                let is_map = major == 5;
                let left = match count {
                    Some(count) if is_map => Some(count.checked_mul(2)?),
                    count => count,
                };
                open.push(Open { left, is_map, is_named: false });
                // It is an item of what it is in when it ends.
                if left != Some(0) {
                    continue;
                }
                open.pop();
            }
            (2 | 3, len) => {
                // Texts in pieces are not written by anybody.
                let (data, rest) = bytes.split_at_checked(usize::try_from(len?).ok()?)?;
                bytes = rest;
                let text = std::str::from_utf8(data).ok().filter(|_| major == 3);
                if is_key {
                    path.push(text.unwrap_or_default().chars().take(100).collect());
                } else {
                    value(&path, text.map_or(Value::Bytes, Value::Text));
                }
            }
            (0 | 1, Some(number)) => {
                let number = if major == 0 { number as f64 } else { -1.0 - number as f64 };
                if is_key { path.push(String::new()) } else { value(&path, Value::Number(number)) }
            }
            // True, false, null, fractions: none of them is told.
            (7, Some(_)) => {
                if is_key {
                    path.push(String::new());
                }
            }
            _ => return None,
        }
        // An item ended, and with it maybe what it is in.
        while let Some(one) = open.last_mut() {
            if one.is_map {
                if one.is_named {
                    path.pop();
                }
                one.is_named = !one.is_named;
            }
            let Some(left) = &mut one.left else { break };
            *left -= 1;
            if *left > 0 {
                break;
            }
            open.pop();
        }
    }
    Some(())
}

/// Major type and argument, which is `None` where there is no length.
fn head(bytes: &[u8]) -> Option<(u8, Option<u64>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let size = match first & 31 {
        small @ 0..=23 => return Some((first >> 5, Some(small.into()), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        31 => return Some((first >> 5, None, rest)),
        _ => return None,
    };
    let (argument, rest) = rest.split_at_checked(size)?;
    Some((first >> 5, Some(argument.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        read(bytes, &mut |path, value| {
            let value = match value {
                Value::Text(text) => text.to_owned(),
                Value::Number(number) => number.to_string(),
                Value::Bytes => "bytes".to_owned(),
            };
            found.push(format!("{} = {value}", path.join("/")));
        });
        found
    }

    #[test]
    fn values_have_the_names_that_lead_to_them() {
        // {"a": [1, {"b": "x"}, -3], "c": h'00', "d": {}, "e": 1(2), "f": true, "g": "y"}
        let bytes =
            b"\xA6\x61a\x83\x01\xA1\x61b\x61x\x22\x61c\x41\0\x61d\xA0\x61e\xC1\x02\x61f\xF5\x61g\x61y";
        assert_eq!(values(bytes), ["a = 1", "a/b = x", "a = -3", "c = bytes", "e = 2", "g = y"]);
        // {_ "a": [_ "x", "y"], "b": "z"}
        assert_eq!(values(b"\xBF\x61a\x9F\x61x\x61y\xFF\x61b\x61z\xFF"), ["a = x", "a = y", "b = z"]);
    }

    #[test]
    fn hostile_bytes_end() {
        for bytes in [
            &b"\x81".repeat(100_000)[..],
            b"\xBF\xBF\xFF",
            b"\xFF",
            b"\xBF\x61a\xFF",
            b"\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
            b"\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
            b"\x7B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
            b"\x7F\x61a\xFF",
            b"\x1F",
        ] {
            assert!(values(bytes).is_empty());
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_without_harm(bytes: Vec<u8>) {
            values(&bytes);
        }
    }
}
