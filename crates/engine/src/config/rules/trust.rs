//! Who may assume a role: what a trust policy can name, and which conditions it has to have.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::arn;
use super::place::is_account;
use crate::config::errors::Problem;
use crate::config::model::Trusted;
use crate::config::reader::quoted;

const PRINCIPALS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html";
const OIDC: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html";
const SAML: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html";
const EXTERNAL_ID: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html";
const ASSUME_ROLE: &str = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html";

const EXAMPLE: &str = "trust = [\"123456789012\"]";
/// GitHub's provider: anybody can have a token of it for a repository of their own.
const GITHUB: &str = "token.actions.githubusercontent.com";

/// Most entries of `trust`. A trust policy has at most 2,048 characters unless the quota is raised, and an entry takes
/// 98 at least (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
pub(in crate::config) const MOST: usize = 20;

/// What a trust names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Who {
    /// An account, or a user or role of one.
    Principal,
    /// A SAML provider.
    Saml,
    /// An OpenID Connect provider.
    Oidc,
}

/// Checks how many there are.
pub(in crate::config) fn check_count(count: usize) -> Option<Problem> {
    if count == 0 {
        return Some(Problem::new(
            "`trust` is empty",
            format!("a role that nobody is trusted with is of no use to anybody: {PRINCIPALS}"),
            format!("name who may assume it: {EXAMPLE}; or remove the user"),
        ));
    }
    (count > MOST).then(|| {
        Problem::new(
            format!("`trust` has {count} entries"),
            "a trust policy has at most 2,048 characters: \
             https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
            format!(
                "name at most {MOST}; an account stands for everybody in it whom its own policies allow it"
            ),
        )
    })
}

/// `trust` of what is no role.
pub(in crate::config) fn user_with_trust() -> Problem {
    Problem::new(
        "`trust` is for roles, and this is a user",
        "an IAM user is used with its access keys; only a role is assumed: \
         https://docs.aws.amazon.com/IAM/latest/UserGuide/id.html",
        "add kind = \"role\", or remove `trust`",
    )
}

/// A role that names nobody.
pub(in crate::config) fn role_without_trust() -> Problem {
    Problem::new(
        "this role has no `trust`",
        format!("who may assume a role is never guessed: {PRINCIPALS}"),
        format!("name an account, a user or role, or an identity provider: {EXAMPLE}"),
    )
}

/// The same entry again.
pub(in crate::config) fn twice(one: &Trusted) -> Problem {
    Problem::plain(format!("{} is trusted twice", one.words()), "remove one of the two")
}

/// Both of `principal` and `provider`, or neither.
pub(in crate::config) fn not_one(both: bool) -> Problem {
    let message = if both {
        "an entry of `trust` has a principal or a provider, not both"
    } else {
        "this entry of `trust` names nobody"
    };
    let help = "write { principal = \"123456789012\", external_id = \"...\" } or { provider = \"arn:...\", audience = \
                \"...\", subject = \"...\" }";
    Problem::new(message, format!("each entry is one statement of the trust policy: {PRINCIPALS}"), help)
}

/// An entry in the wrong one of the two keys.
pub(in crate::config) fn in_the_wrong_key(text: &str, who: Who, is_provider: bool) -> Option<Problem> {
    let (is, key) = match who {
        Who::Principal => ("is no identity provider", "principal"),
        Who::Saml | Who::Oidc => ("is an identity provider", "provider"),
    };
    ((who == Who::Principal) == is_provider).then(|| {
        Problem::new(
            format!("{} {is}", quoted(text)),
            format!("AWS trusts the two in different ways: {PRINCIPALS}"),
            format!("write {key} = {text:?}"),
        )
    })
}

/// A condition that such an entry cannot have.
pub(in crate::config) fn no_such_condition(key: &str, who: Who) -> Problem {
    let (whose, has) = match who {
        Who::Principal => ("an account, a user or a role", "external_id"),
        Who::Saml => ("a SAML provider", "audience"),
        Who::Oidc => ("an OpenID Connect provider", "audience and subject"),
    };
    Problem::new(
        format!("`{key}` is no condition for {whose}"),
        format!(
            "AWS has nothing of that name to compare it with, so nobody could assume the role: {PRINCIPALS}"
        ),
        format!("remove it; such an entry can have {has}"),
    )
}

/// An OpenID Connect provider as a bare string.
pub(in crate::config) fn bare_provider(provider: &str) -> Problem {
    Problem::new(
        "an OpenID Connect provider needs an audience and a subject",
        format!(
            "such a provider signs tokens for all its customers: without conditions any of them could assume the role: \
             {OIDC}"
        ),
        format!("write {{ provider = {provider:?}, {} }}", example(provider)),
    )
}

/// An OpenID Connect provider without one of its conditions.
pub(in crate::config) fn without_condition(provider: &str, key: &str) -> Problem {
    Problem::new(
        format!("this entry of `trust` has no `{key}`"),
        format!(
            "such a provider signs tokens for all its customers: without {key} others of them could assume the role: {OIDC}"
        ),
        format!("write for example {}", example(provider)),
    )
}

fn example(provider: &str) -> &'static str {
    if host(provider) == GITHUB {
        "audience = \"sts.amazonaws.com\", subject = \"repo:ORGANISATION/REPOSITORY:ref:refs/heads/main\""
    } else {
        "audience = \"the client id\", subject = \"who the token is about\""
    }
}

/// What a provider's condition keys begin with.
fn host(provider: &str) -> &str {
    provider.split_once(":oidc-provider/").map_or("", |(_, host)| host)
}

/// Says what an entry names.
pub(in crate::config) fn who(text: &str, account: Option<&str>) -> Result<Who, Problem> {
    if is_account(text) {
        return Ok(Who::Principal);
    }
    if let Some(wildcard) = text.find(['*', '?']) {
        return Err(everybody(text, &text[wildcard..=wildcard]));
    }
    let wrong = |message: String, help: String| {
        let why = format!(
            "a role trusts accounts, users and roles, and identity providers, each by its id or ARN: {PRINCIPALS}"
        );
        Err(Problem::new(message, why, help))
    };
    let Some(arn) = arn::split(text).filter(|arn| arn.region.is_empty() && is_account(arn.account)) else {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
        return if is_number && is_account(&digits) {
            wrong(
                format!("{} is not an AWS account", quoted(text)),
                format!("write the digits only: {digits:?}"),
            )
        } else if is_number {
            wrong(
                format!("{} is not an AWS account", quoted(text)),
                format!("accounts are 12 digits, and these are {}", digits.len()),
            )
        } else if text.ends_with(".amazonaws.com") {
            wrong(
                format!("{} is a service of AWS", quoted(text)),
                "no service works as one of your users; name who does".to_owned(),
            )
        } else {
            wrong(
                format!("{} is nobody whom a role can trust", quoted(text)),
                format!("write it as in {EXAMPLE}"),
            )
        };
    };
    let named = |path: &str| arn.resource.strip_prefix(path).is_some_and(is_path);
    match arn.service {
        "sts" => wrong(
            format!("{} is a session, not a role", quoted(text)),
            format!("name the role: \"arn:aws:iam::{}:role/...\"", arn.account),
        ),
        "iam" if arn.resource == "root" || named("user/") || named("role/") => Ok(Who::Principal),
        "iam" if named("oidc-provider/") => of_this_account(&arn, account).map(|()| Who::Oidc),
        "iam" if named("saml-provider/") => of_this_account(&arn, account).map(|()| Who::Saml),
        "iam" if arn.resource.starts_with("group/") => wrong(
            format!("{} is a group", quoted(text)),
            "IAM has no groups in policies: name the users, or the account and let its policies say who may"
                .to_owned(),
        ),
        _ => wrong(
            format!("{} is nobody whom a role can trust", quoted(text)),
            format!("write it as in {EXAMPLE}"),
        ),
    }
}

/// Whoever has an AWS account could take the rights.
fn everybody(text: &str, wildcard: &str) -> Problem {
    let message = if text == wildcard {
        "`trust` of everybody is not possible here".to_owned()
    } else {
        format!("{wildcard:?} cannot be in an entry of `trust`")
    };
    Problem::new(
        message,
        format!("\"*\" trusts everybody who has any AWS account, and in parts of an ARN it is no wildcard: {PRINCIPALS}"),
        "name each account, user, role or identity provider",
    )
    .underlining(wildcard)
}

/// Providers of other accounts cannot be named.
fn of_this_account(arn: &arn::Arn<'_>, account: Option<&str>) -> Result<(), Problem> {
    let Some(account) = account.filter(|account| *account != arn.account) else { return Ok(()) };
    Err(Problem::new(
        format!("the identity provider is in the account {}, the stack in {account}", arn.account),
        format!("a role can trust only identity providers of its own account: {SAML}"),
        format!("name a provider of {account}, or change `account`"),
    )
    .underlining(arn.account))
}

/// A path and a name in IAM, or the address of a provider.
fn is_path(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('/')
        && text.len() <= 512
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\${}".contains(&byte))
}

/// Checks `external_id`: 2 to 1,224 letters, digits and `=,.@:/-_+`.
pub(in crate::config) fn check_external_id(text: &str, _: &str) -> Option<Problem> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    if let Some(bad) = text.chars().find(|c| !allowed(*c)) {
        return Some(
            Problem::new(
                format!("{bad:?} cannot be in an external id"),
                format!("it has letters, digits and _ + = , . @ : / -: {ASSUME_ROLE}"),
                "choose one without it, such as a random number",
            )
            .underlining(bad.to_string()),
        );
    }
    (!(2..=1224).contains(&text.len())).then(|| {
        Problem::new(
            format!("the external id has {} characters", text.len()),
            format!("it has 2 to 1,224 of them: {ASSUME_ROLE}"),
            format!("choose one that nobody guesses: {EXTERNAL_ID}"),
        )
    })
}

/// Checks `audience`: it is compared as it stands.
pub(in crate::config) fn check_audience(text: &str, _: &str) -> Option<Problem> {
    if let Some(wildcard) = text.find(['*', '?']) {
        return Some(
            Problem::new(
                "the audience has a wildcard",
                format!("it is whom the token was made for, and that is one: {OIDC}"),
                "write the client id that the provider knows you by",
            )
            .underlining(&text[wildcard..=wildcard]),
        );
    }
    check_condition("audience", text)
}

/// Checks `subject`: `*` and `?` are wildcards, and may not stand for somebody else's tokens.
pub(in crate::config) fn check_subject(text: &str, provider: &str) -> Option<Problem> {
    if let Some(problem) = check_condition("subject", text) {
        return Some(problem);
    }
    let wildcard = text.find(['*', '?']);
    let fixed = &text[..wildcard.unwrap_or(text.len())];
    let is_github = host(provider) == GITHUB;
    let is_own = match (is_github, fixed.strip_prefix("repo:")) {
        (true, Some(repository)) => repository.split_once('/').is_some_and(|(owner, _)| !owner.is_empty()),
        (true, None) if !fixed.contains(':') => false,
        _ => wildcard.is_none() && !text.ends_with(':') || is_closed(fixed),
    };
    (!is_own).then(|| {
        let help = if is_github {
            "begin it with repo:ORGANISATION/REPOSITORY: and what of it, such as ref:refs/heads/main"
        } else if fixed.contains(':') {
            "write out whose tokens it means, to the / or : behind that, before the first wildcard: such as \
             project_path:GROUP/*"
        } else {
            "write out what it begins with"
        };
        let problem = Problem::new(
            "the subject is not only about tokens of yours",
            format!(
                "the provider signs tokens for all its customers, and this matches those of others, who could assume the \
                 role: {OIDC}"
            ),
            help,
        );
        match wildcard {
            Some(at) => problem.underlining(&text[at..=at]),
            None => problem,
        }
    })
}

/// Whether what stands in front of the first wildcard of a subject names one customer of a provider. Those that sign for
/// everybody write `label:customer` and then `/` or `:` (`project_path:group/project:...` of GitLab,
/// `organization:name:...` of HCP Terraform), so `label:cust*` would also be whoever registers as `customer2`.
fn is_closed(fixed: &str) -> bool {
    match fixed.split_once(':') {
        Some((_, value)) => value.trim_start_matches('/').find(['/', ':']).is_some_and(|end| end > 0),
        None => !fixed.is_empty(),
    }
}

/// What a condition in a policy can be compared with.
fn check_condition(key: &str, text: &str) -> Option<Problem> {
    if text.is_empty() {
        return Some(Problem::new(
            format!("the {key} is empty"),
            format!("no token has an empty one, so nobody could assume the role: {OIDC}"),
            format!("write the {key} that your tokens have"),
        ));
    }
    let bad = text.chars().find(|c| c.is_control() || matches!(c, '"' | '\\' | '$') || *c > '\u{ff}')?;
    Some(
        Problem::new(
            format!("{bad:?} cannot be in the {key}"),
            "it stands in a policy, where $ begins a variable, and IAM takes no character beyond U+00FF: \
             https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
            "write it as the provider does, without it",
        )
        .underlining(bad.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    const OKTA: &str = "arn:aws:iam::123456789012:oidc-provider/example.okta.com/oauth2/default";

    const LAB: &str = "arn:aws:iam::123456789012:oidc-provider/gitlab.com";
    const CLOUD: &str = "arn:aws:iam::123456789012:oidc-provider/app.terraform.io";

    #[test]
    fn who_can_be_trusted() {
        for (text, is) in [
            ("123456789012", Who::Principal),
            ("arn:aws:iam::123456789012:root", Who::Principal),
            ("arn:aws-cn:iam::123456789012:user/path/ann@example.org", Who::Principal),
            (
                "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x",
                Who::Principal,
            ),
            ("arn:aws:iam::123456789012:saml-provider/okta", Who::Saml),
            (HUB, Who::Oidc),
        ] {
            assert_eq!(who(text, Some("123456789012")), Ok(is), "{text}");
        }
        for (text, says) in [
            ("*", "everybody"),
            ("arn:aws:iam::*:root", "cannot be in"),
            ("arn:aws:iam::123456789012:role/a?", "cannot be in"),
            ("", "nobody"),
            ("12345678901", "not an AWS account"),
            ("1234-5678-9012", "not an AWS account"),
            ("lambda.amazonaws.com", "a service"),
            ("ann", "nobody"),
            ("arn:aws:iam::123456789012:user/", "nobody"),
            ("arn:aws:iam::123456789012:group/devs", "a group"),
            ("arn:aws:iam::123456789012:policy/p", "nobody"),
            ("arn:aws:s3:::bucket", "nobody"),
            ("arn:aws:sts::123456789012:assumed-role/r/s", "a session"),
            ("arn:aws:iam::210987654321:saml-provider/okta", "in the account"),
        ] {
            let problem = who(text, Some("123456789012")).expect_err(text);
            assert!(problem.message.contains(says), "{text}: {}", problem.message);
        }
    }

    #[test]
    fn a_subject_is_ones_own() {
        for (provider, good) in [
            (HUB, "repo:org/repo:ref:refs/heads/main"),
            (HUB, "repo:org/*"),
            (HUB, "repository_owner_id:123:*"),
            (OKTA, "00u1"),
            (OKTA, "00u*"),
            (OKTA, "system:serviceaccount:photos:*"),
            (OKTA, "https://example.org/ann*"),
            (LAB, "project_path:group/*"),
            (LAB, "project_path:group/project:ref_type:branch:ref:main"),
            (CLOUD, "organization:org:project:*:workspace:*:run_phase:*"),
        ] {
            assert_eq!(check_subject(good, provider), None, "{good}");
        }
        for (provider, bad) in [
            (HUB, "*"),
            (HUB, "repo:*"),
            (HUB, "repo:or?/repo:*"),
            (HUB, "repo:org*/repo"),
            (HUB, "repo:/x"),
            (HUB, "main"),
            (HUB, "repo:org/${x}"),
            (HUB, "repository_owner_id:12*"),
            (HUB, "repository_owner_id:"),
            (LAB, "project_path:*"),
            (LAB, "project_path:gr*/project"),
            (LAB, "project_path:/*"),
            (LAB, "project_path:"),
            (CLOUD, "organization:*:project:p"),
            (CLOUD, "organization:o?g:project:p"),
            (OKTA, "*"),
            (OKTA, "?ann"),
            (OKTA, ""),
        ] {
            assert!(check_subject(bad, provider).is_some(), "{bad}");
        }
        assert!(check_audience("*", OKTA).is_some() && check_audience("", OKTA).is_some());
        assert_eq!(check_audience("sts.amazonaws.com", HUB), None);
    }

    #[test]
    fn external_ids_by_the_rule_of_sts() {
        assert_eq!(check_external_id("a1:/-_+=,.@", ""), None);
        for bad in ["", "x", "a b", "a*", &"x".repeat(1225)] {
            assert!(check_external_id(bad, "").is_some(), "{bad}");
        }
    }
}
