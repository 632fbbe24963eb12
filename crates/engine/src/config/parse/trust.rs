//! `kind` and `trust` of a user: whether it is a role, and who may assume that.

use crate::config::errors::{Findings, Problem};
use crate::config::keys;
use crate::config::model::{Trusted, UserKind};
use crate::config::reader::{At, Entry, Section};
use crate::config::rules::bucket_name::Known;
use crate::config::rules::trust::{self, Who};

/// What the user is; `None`: something is wrong with it.
pub(super) fn read_kind(
    table: &Section<'_, '_>,
    known: &Known<'_>,
    found: &mut Findings<'_>,
) -> Option<UserKind> {
    let is_role = match table.choice("kind", &[("user", false), ("role", true)], found) {
        Some(kind) => kind.value,
        None if table.has("kind") => return None,
        None => false,
    };
    match (is_role, table.span_of("trust")) {
        (false, None) => Some(UserKind::User),
        (false, Some(span)) => {
            found.add(Some(span), trust::user_with_trust());
            None
        }
        (true, None) => {
            found.add_missing(table.span(), trust::role_without_trust());
            None
        }
        (true, Some(_)) => read_trust(table, known, found).map(|trust| UserKind::Role { trust }),
    }
}

fn read_trust(table: &Section<'_, '_>, known: &Known<'_>, found: &mut Findings<'_>) -> Option<Vec<Trusted>> {
    let entries = table.entries("trust", "`trust`", keys::TRUST, found)?;
    if let Some(problem) = trust::check_count(entries.value.len()) {
        found.add(Some(entries.span.clone()), problem);
        return None;
    }
    let count = entries.value.len();
    let mut all: Vec<Trusted> = Vec::new();
    for entry in entries.value {
        let (span, one) = match entry {
            Entry::Text(text) => (Some(text.span.clone()), of_text(text, known, found)),
            Entry::Table(table) => (table.span(), of_table(&table, known, found)),
        };
        let Some(one) = one else { continue };
        if all.contains(&one) {
            found.add(span, trust::twice(&one));
        }
        all.push(one);
    }
    (all.len() == count).then_some(all)
}

/// A value that obeys its rule, or `None` with the problem told.
fn judged<T>(span: &At<String>, value: Result<T, Problem>, found: &mut Findings<'_>) -> Option<T> {
    value.map_err(|problem| found.add(Some(span.span.clone()), problem)).ok()
}

fn of_text(text: At<String>, known: &Known<'_>, found: &mut Findings<'_>) -> Option<Trusted> {
    match judged(&text, trust::who(&text.value, known.account), found)? {
        Who::Principal => Some(Trusted::Principal { principal: text.value, external_id: None }),
        Who::Saml => Some(Trusted::Saml { provider: text.value, audience: None }),
        Who::Oidc => {
            found.add(Some(text.span), trust::bare_provider(&text.value));
            None
        }
    }
}

fn of_table(table: &Section<'_, '_>, known: &Known<'_>, found: &mut Findings<'_>) -> Option<Trusted> {
    let text = |key: &str, found: &mut Findings<'_>| table.string(key, found);
    let [principal, external_id, provider, audience, subject] =
        ["principal", "external_id", "provider", "audience", "subject"].map(|key| text(key, found));
    if keys::TRUST.iter().any(|key| table.has(key) && table.text_of(key).is_none()) {
        return None;
    }
    let (named, is_provider) = match (principal, provider) {
        (Some(principal), None) => (principal, false),
        (None, Some(provider)) => (provider, true),
        // A misspelt one is told already.
        _ if !table.has_only(keys::TRUST) => return None,
        (both, _) => {
            found.add(table.span(), trust::not_one(both.is_some()));
            return None;
        }
    };
    let who = judged(&named, trust::who(&named.value, known.account), found)?;
    if let Some(problem) = trust::in_the_wrong_key(&named.value, who, is_provider) {
        found.add(Some(named.span), problem);
        return None;
    }
    // What belongs to another kind of entry is refused: it would be a condition that nobody checks.
    let foreign = match who {
        Who::Principal => [(&audience, "audience"), (&subject, "subject")],
        Who::Saml => [(&external_id, "external_id"), (&subject, "subject")],
        Who::Oidc => [(&external_id, "external_id"), (&None, "")],
    };
    for (value, key) in foreign {
        if let Some(value) = value {
            found.add(Some(value.span.clone()), trust::no_such_condition(key, who));
            return None;
        }
    }
    let checked =
        |value: Option<At<String>>, rule: fn(&str, &str) -> Option<Problem>, found: &mut Findings<'_>| {
            let value = value?;
            match rule(&value.value, &named.value) {
                None => Some(value.value),
                Some(problem) => {
                    found.add(Some(value.span), problem);
                    None
                }
            }
        };
    match who {
        Who::Principal => {
            let given = external_id.is_some();
            let external_id = checked(external_id, trust::check_external_id, found);
            (given == external_id.is_some())
                .then_some(Trusted::Principal { principal: named.value, external_id })
        }
        Who::Saml => {
            let given = audience.is_some();
            let audience = checked(audience, trust::check_audience, found);
            (given == audience.is_some()).then_some(Trusted::Saml { provider: named.value, audience })
        }
        Who::Oidc => {
            for (value, key) in [(&audience, "audience"), (&subject, "subject")] {
                if value.is_none() {
                    found.add_missing(table.span(), trust::without_condition(&named.value, key));
                }
            }
            let audience = checked(audience, trust::check_audience, found);
            let subject = checked(subject, trust::check_subject, found);
            let (audience, subject) = (audience?, subject?);
            Some(Trusted::Oidc { provider: named.value, audience, subject })
        }
    }
}
