//! What users and the role may really do, as far as their own policies tell. Rights from groups are not read.

use serde_json::Value;

use super::statements::{Allow, allows, statements};
use crate::config::{Access, BucketRole, Trusted, UserConfig};
use crate::policy;
use crate::resources::identity::ExtraInline;
use crate::resources::{identity, role, user};
use crate::stack::{Stack, policies};

/// Managed policies with which one can have everything, at once or by a detour
/// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html>).
const ADMIN_POLICIES: [&str; 2] = ["AdministratorAccess", "IAMFullAccess"];

/// What an identity may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// It can do everything, or give itself the right to.
    pub is_admin: bool,
    /// In words, the worst first; never empty.
    pub words: Vec<String>,
}

/// What a user of config.toml may do.
#[must_use]
pub fn user_rights(stack: &Stack, config: &UserConfig, observed: &user::Observed) -> Rights {
    rights(&observed.identity, &observed.groups, |policy| own(stack, config, policy))
}

/// What a user of config.toml that is a role may do, and who may assume it.
#[must_use]
pub fn user_role_rights(stack: &Stack, config: &UserConfig, observed: &role::Observed) -> Rights {
    let mut rights = rights(&observed.identity, &[], |policy| own(stack, config, policy));
    let trust = config.trust().unwrap_or_default();
    if policy::same(&observed.trust, &policies::user_trust(&stack.names.partition, trust)) {
        let trusted: Vec<String> = trust.iter().map(Trusted::words).collect();
        rights.words.push(format!("assumed by {}", trusted.join(", ")));
    } else if !is_for_everybody(&observed.trust) {
        rights.words.push("assumed by others than config.toml says".to_owned());
    }
    with_trust(rights, &observed.trust)
}

/// Our policy in words, and how it differs from what the configuration says.
fn own(stack: &Stack, config: &UserConfig, policy: &Value) -> String {
    match known(stack, config, policy) {
        Some(found) if found == *config => of_user(stack, &found),
        Some(found) => format!("{} instead of {}", of_user(stack, &found), of_user(stack, config)),
        None => format!("{} instead of {}", statements(policy), of_user(stack, config)),
    }
}

fn is_for_everybody(trust: &Value) -> bool {
    allows(trust).iter().any(Allow::is_for_everybody)
}

/// A role that everybody may assume is as open as there is.
fn with_trust(mut rights: Rights, trust: &Value) -> Rights {
    if is_for_everybody(trust) {
        rights.words.insert(0, "PUBLIC: everybody with an AWS account may assume it".to_owned());
    }
    rights
}

/// What the function's role may do.
#[must_use]
pub fn role_rights(stack: &Stack, observed: &role::Observed) -> Rights {
    let wanted = policies::role(stack);
    let as_configured = if stack.config.trigger.mirror_deletes {
        "reads and lists the source, writes and deletes in the destination, writes its logs"
    } else {
        "reads the source, writes the destination and its logs"
    };
    let rights = rights(&observed.identity, &[], |policy| {
        if policy::same(policy, &wanted) {
            as_configured.to_owned()
        } else {
            format!("{} instead of what it needs", statements(policy))
        }
    });
    with_trust(rights, &observed.trust)
}

fn rights(identity: &identity::Observed, groups: &[String], own: impl Fn(&Value) -> String) -> Rights {
    let identity::Policies { ours, extra_inline, attached } = &identity.policies;
    let (mut admin, mut words) = (Vec::new(), Vec::new());
    match ours {
        Some(policy) if allows(policy).iter().any(Allow::is_admin) => {
            admin.push(format!("its policy allows {}", statements(policy)));
        }
        Some(policy) => words.push(own(policy)),
        None if extra_inline.is_empty() && attached.is_empty() && groups.is_empty() => {
            words.push("no policy: may do nothing".to_owned());
        }
        None => words.push("without the policy of config.toml".to_owned()),
    }
    for arn in attached {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        // Only AWS's own: anybody may call a policy so.
        if ADMIN_POLICIES.contains(&name) && arn.contains(":iam::aws:") {
            admin.push(format!("{name} attached"));
        } else {
            words.push(format!("and whatever the attached policy {name} allows"));
        }
    }
    for ExtraInline { name, document } in extra_inline {
        match document {
            Ok(policy) if allows(policy).iter().any(Allow::is_admin) => {
                admin.push(format!("the inline policy {name} allows {}", statements(policy)));
            }
            Ok(policy) => words.push(format!("and by the inline policy {name}: {}", statements(policy))),
            Err(_) => words.push(format!("and whatever the inline policy {name} allows")),
        }
    }
    words.extend(groups.iter().map(|group| format!("and whatever the group {group} may do")));
    let is_admin = !admin.is_empty();
    if is_admin {
        let within = match &identity.boundary {
            Some(arn) => format!(", within the boundary {}", arn.rsplit('/').next().unwrap_or(arn)),
            None => String::new(),
        };
        words.insert(0, format!("ADMIN: {}{within}", admin.join(", ")));
    }
    Rights { is_admin, words }
}

/// The user of a configuration that would have this policy, when there is one.
fn known(stack: &Stack, config: &UserConfig, observed: &Value) -> Option<UserConfig> {
    let prefixes: Vec<String> = [BucketRole::Source, BucketRole::Destination]
        .iter()
        .flat_map(|role| {
            let start = format!("{}/", stack.names.bucket_arn(*role));
            let of = move |resource: &str| Some(resource.strip_prefix(&start)?.strip_suffix('*')?.to_owned());
            allows(observed)
                .iter()
                .flat_map(|allow| allow.resources().filter_map(&of).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        })
        .chain([config.prefix.clone()])
        .collect();
    for bucket in [config.bucket, BucketRole::Source, BucketRole::Destination] {
        for access in [config.access, Access::ReadWrite, Access::ReadOnly, Access::WriteOnly] {
            for prefix in &prefixes {
                let user = UserConfig { bucket, access, prefix: prefix.clone(), ..config.clone() };
                if policy::same(&policies::user(stack, &user), observed) {
                    return Some(user);
                }
            }
        }
    }
    None
}

fn of_user(stack: &Stack, user: &UserConfig) -> String {
    format!("{} {}/{}*", user.access.as_str(), stack.names.bucket(user.bucket), user.prefix)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{EVERYTHING, role, stack, user};

    const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

    #[test]
    fn what_a_user_may_do_is_told_from_its_policies() {
        let stack = stack(&EVERYTHING.replace("permissions_boundary", "# "));
        let viewer = &stack.config.users[1];
        let allow = |action: &str, resource: &str| {
            Some(json!({"Statement": {"Effect": "Allow", "Action": action, "Resource": resource}}))
        };
        let wide = UserConfig { access: Access::ReadWrite, prefix: String::new(), ..viewer.clone() };
        let other = UserConfig { bucket: BucketRole::Source, ..viewer.clone() };
        let own = || Some(policies::user(&stack, viewer));
        let is = "read-only photos-clean-123456789012/albums/*";
        let extra = |document: Option<Value>| {
            [ExtraInline { name: "extra".to_owned(), document: document.ok_or("iam:GetUserPolicy") }]
        };
        let (unread, all) = (extra(None), extra(allow("*", "*")));
        let some = extra(allow("sqs:*", "*"));
        let none: &[ExtraInline] = &[];
        let no: &[&str] = &[];
        for (ours, inline, attached, groups, expected) in [
            (own(), none, no, no, vec![is.to_owned()]),
            (None, none, no, no, vec!["no policy: may do nothing".to_owned()]),
            (
                Some(policies::user(&stack, &wide)),
                none,
                no,
                no,
                vec![format!("read-write photos-clean-123456789012/* instead of {is}")],
            ),
            (
                Some(policies::user(&stack, &other)),
                none,
                no,
                no,
                vec![format!("read-only photos-uploads-123456789012/albums/* instead of {is}")],
            ),
            (
                allow("s3:*", "arn:aws:s3:::x"),
                none,
                no,
                no,
                vec![format!("s3:* on arn:aws:s3:::x instead of {is}")],
            ),
            (Some(json!({"Statement": []})), none, no, no, vec![format!("nothing instead of {is}")]),
            (
                own(),
                none,
                &[ADMIN],
                no,
                vec!["ADMIN: AdministratorAccess attached".to_owned(), is.to_owned()],
            ),
            (
                None,
                none,
                &[ADMIN],
                no,
                vec![
                    "ADMIN: AdministratorAccess attached".to_owned(),
                    "without the policy of config.toml".to_owned(),
                ],
            ),
            (allow("*", "*"), none, no, no, vec!["ADMIN: its policy allows * on *".to_owned()]),
            (allow("IAM:*", "*"), none, no, no, vec!["ADMIN: its policy allows IAM:* on *".to_owned()]),
            (
                allow("*", "arn:aws:s3:::x"),
                none,
                no,
                no,
                vec![format!("* on arn:aws:s3:::x instead of {is}")],
            ),
            (
                own(),
                &all,
                no,
                no,
                vec!["ADMIN: the inline policy extra allows * on *".to_owned(), is.to_owned()],
            ),
            (
                own(),
                &some,
                no,
                no,
                vec![is.to_owned(), "and by the inline policy extra: sqs:* on *".to_owned()],
            ),
            (
                own(),
                &unread,
                &["arn:aws:iam::123456789012:policy/AdministratorAccess"],
                &["ops"],
                vec![
                    is.to_owned(),
                    "and whatever the attached policy AdministratorAccess allows".to_owned(),
                    "and whatever the inline policy extra allows".to_owned(),
                    "and whatever the group ops may do".to_owned(),
                ],
            ),
        ] {
            let mut observed = user(&stack, viewer);
            let strings = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
            observed.groups = strings(groups);
            observed.identity.policies =
                identity::Policies { ours, extra_inline: inline.to_vec(), attached: strings(attached) };
            let rights = user_rights(&stack, viewer, &observed);
            assert_eq!(rights.words, expected);
            assert_eq!(rights.is_admin, expected[0].starts_with("ADMIN"));
        }
    }

    #[test]
    fn a_boundary_is_named_where_it_matters() {
        let stack = stack(EVERYTHING);
        let mut observed = user(&stack, &stack.config.users[0]);
        observed.identity.policies.attached = vec![ADMIN.to_owned()];
        let rights = user_rights(&stack, &stack.config.users[0], &observed);
        assert_eq!(rights.words[0], "ADMIN: AdministratorAccess attached, within the boundary boundary");
    }

    #[test]
    fn the_role_is_judged_too() {
        let stack = stack("");
        let mut observed = role(&stack);
        assert_eq!(
            role_rights(&stack, &observed).words,
            ["reads the source, writes the destination and its logs"]
        );
        observed.identity.policies.attached.push(ADMIN.to_owned());
        assert!(role_rights(&stack, &observed).is_admin);
        observed.trust["Statement"][0]["Principal"] = json!({"AWS": "*"});
        assert_eq!(
            role_rights(&stack, &observed).words[..2],
            ["PUBLIC: everybody with an AWS account may assume it", "ADMIN: AdministratorAccess attached"]
        );
    }
}
