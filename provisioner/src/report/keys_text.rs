//! Access keys: lines for people.

use super::foreign;
use super::styles::WARN;
use crate::access_keys::{LastUse, Listed};
use crate::moment::ago;
use engine::resources::user::OLD_DAYS;

/// The keys of users by their names in config.toml and in IAM.
#[must_use]
pub(crate) fn keys_text(users: &[(String, String, Vec<Listed>)], now: i64) -> String {
    let mut text = String::new();
    for (user, iam_user, keys) in users {
        text.push_str(&format!("{user} ({iam_user})\n"));
        if keys.is_empty() {
            text.push_str("  no keys\n");
        }
        for key in keys {
            text.push_str(&format!("  {}\n", key_in_words(key, now)));
        }
    }
    text
}

/// `AKIA...  active, made 12 d ago, used 3 h ago (s3, eu-central-1)`
#[must_use]
pub(crate) fn key_in_words(key: &Listed, now: i64) -> String {
    let active = if key.is_active { "active" } else { "inactive" };
    let used = match &key.last_use {
        LastUse::Never => "never used".to_owned(),
        LastUse::Unknown => "last use not known".to_owned(),
        LastUse::At(at, what) if what.is_empty() => format!("used {}", ago(*at, now)),
        LastUse::At(at, what) => format!("used {} ({})", ago(*at, now), foreign(what)),
    };
    let mut text = format!("{}  {active}, made {}, {used}", foreign(&key.id), ago(key.created, now));
    if key.is_of_run {
        text.push_str("; of a run that goes on");
    } else if key.perhaps_given.is_some() {
        text.push_str("; a run was killed while it gave this key away: revoke it when nobody has it");
    } else if key.is_old(now) {
        text.push_str(&format!("; {WARN}older than {OLD_DAYS} days{WARN:#}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_frozen() {
        let now = 1_800_000_000;
        let key = |id: &str, days: i64, last_use| Listed {
            id: id.to_owned(),
            is_active: true,
            created: now - days * 86_400,
            last_use,
            is_of_run: false,
            perhaps_given: None,
        };
        let used = LastUse::At(now - 7_200, "s3, eu-central-1".to_owned());
        let users = [
            (
                "user-a".to_owned(),
                "photos-user-a".to_owned(),
                vec![
                    key("AKIA1", 91, used),
                    Listed { is_active: false, ..key("AKIA2", 300, LastUse::Never) },
                ],
            ),
            (
                "user-b".to_owned(),
                "photos-user-b".to_owned(),
                vec![Listed { is_of_run: true, ..key("AKIA3", 0, LastUse::Unknown) }],
            ),
            ("user-c".to_owned(), "photos-user-c".to_owned(), Vec::new()),
            (
                "user-d".to_owned(),
                "photos-user-d".to_owned(),
                vec![Listed { perhaps_given: Some("screen".to_owned()), ..key("AKIA4", 1, LastUse::Never) }],
            ),
        ];
        insta::assert_snapshot!("keys", anstream::adapter::strip_str(&keys_text(&users, now)));
    }
}
