//! What stands in the way of a plan, and what a person should know of it.

use crate::config::BucketRole;
use crate::resources::Address;
use crate::resources::bucket::{Contents, Lock};
use crate::resources::trigger::Clash;
use crate::resources::user::Doubt;
use crate::stack::Stack;

/// Why a plan cannot be executed.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// It exists and is not ours.
    Foreign {
        /// Which resource.
        address: Address,
        /// Its name.
        name: String,
        /// The stack it belongs to, when it says so.
        owner: Option<String>,
    },
    /// The bucket belongs to another account, or we may not look at it.
    Taken {
        /// The bucket's name.
        bucket: String,
    },
    /// The bucket is in another region.
    Elsewhere {
        /// The bucket's name.
        bucket: String,
        /// Its region, when known.
        region: Option<String>,
    },
    /// The stack is up in another region.
    OtherRegion {
        /// The stack's name.
        stack: String,
        /// That region.
        region: String,
    },
    /// The role exists under another IAM path, which cannot be changed.
    WrongPath {
        /// Which resource.
        address: Address,
        /// Its name.
        name: String,
        /// The path it has.
        path: String,
    },
    /// A notification entry of others overlaps with ours.
    Clash(Box<Clash>),
    /// Our notification entries and those of others are more than a bucket can have.
    TooManyEntries {
        /// Ours.
        ours: usize,
        /// Those of others.
        foreign: usize,
    },
    /// Versioning of a bucket would have to change, which takes the root user's MFA device.
    MfaDelete {
        /// The bucket's name.
        bucket: String,
    },
    /// The bucket policy denies everybody what `down` does.
    Denied {
        /// The bucket's name.
        bucket: String,
        /// What is denied.
        action: &'static str,
        /// The `Sid` of the statement.
        statement: String,
    },
    /// Object Lock keeps something in a bucket.
    Locked {
        /// The bucket's name.
        bucket: String,
        /// What, and why.
        lock: Lock,
    },
    /// The log group has deletion protection.
    Protected {
        /// Its name.
        log_group: String,
    },
    /// Lambda cannot reserve so many.
    Concurrency {
        /// As configured.
        wanted: u32,
        /// What the account has left for it.
        available: u32,
        /// What it has in all.
        limit: u32,
    },
    /// What Lambda tells of failures would be written into a bucket of the stack.
    OwnBucket {
        /// Its name.
        bucket: String,
    },
    /// What a run has written has another value, which is not the one from before either.
    Overwritten {
        /// Which resource.
        address: Address,
        /// Its name.
        name: String,
        /// What of it.
        attribute: &'static str,
        /// The value that is there, in words.
        found: String,
        /// The value that the run has written, in words.
        wrote: String,
    },
    /// A bucket holds data and nobody has said what becomes of it.
    Data {
        /// The bucket's name.
        bucket: String,
        /// What it holds.
        contents: Contents,
    },
}

impl Problem {
    /// What is wrong.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::Foreign { address, name, owner: None } => {
                format!("{address} {name} exists already and does not belong to this stack")
            }
            Self::Foreign { address, name, owner: Some(owner) } => {
                format!("{address} {name} exists already and belongs to the stack {owner}")
            }
            Self::Taken { bucket } => {
                format!(
                    "bucket {bucket} belongs to another AWS account, or these credentials may not look at it"
                )
            }
            Self::Elsewhere { bucket, region: Some(region) } => {
                format!("bucket {bucket} is in the region {region}")
            }
            Self::Elsewhere { bucket, region: None } => format!("bucket {bucket} is in another region"),
            Self::OtherRegion { stack, region } => {
                format!("the stack {stack} is up in the region {region}")
            }
            Self::WrongPath { address, name, path } => {
                format!("{address} {name} exists under the IAM path {path}")
            }
            Self::Clash(clash) => format!(
                "notification entry {:?} of the source bucket ({} {}, keys {}*{}) overlaps with ours (keys {}*{})",
                clash.foreign.id,
                clash.foreign.kind,
                clash.foreign.target,
                clash.foreign.prefix,
                clash.foreign.suffix,
                clash.ours.prefix,
                clash.ours.suffix
            ),
            Self::TooManyEntries { ours, foreign } => format!(
                "the source bucket would have {} notification entries: {ours} of this stack, one for each suffix, and \
                 {foreign} of others",
                ours + foreign
            ),
            Self::MfaDelete { bucket } => format!("bucket {bucket} has MFA delete"),
            Self::Denied { bucket, action, statement } => {
                format!("the policy of bucket {bucket} denies everybody {action} (statement {statement})")
            }
            Self::Locked { bucket, lock } => {
                format!("bucket {bucket} cannot be emptied: {:?} {}", lock.key, lock.why)
            }
            Self::Protected { log_group } => format!("log group {log_group} has deletion protection"),
            Self::Concurrency { wanted, available, limit } => format!(
                "reserved_concurrency = {wanted} is more than this account can reserve, which is {available} of its {limit}"
            ),
            Self::OwnBucket { bucket } => format!("on_failure names bucket {bucket} of this stack"),
            Self::Overwritten { address, name, attribute, found, wrote } => format!(
                "somebody else is writing the {attribute} of {address} {name}: found {found}, we wrote {wrote}"
            ),
            Self::Data { bucket, contents } => format!("bucket {bucket} holds {contents}"),
        }
    }

    /// The resources to read again to see whether it is still so.
    pub(crate) fn addresses(&self, stack: &Stack) -> Vec<Address> {
        match self {
            Self::Foreign { address, .. }
            | Self::WrongPath { address, .. }
            | Self::Overwritten { address, .. } => {
                vec![address.clone()]
            }
            Self::Taken { bucket }
            | Self::Elsewhere { bucket, .. }
            | Self::Data { bucket, .. }
            | Self::MfaDelete { bucket }
            | Self::Denied { bucket, .. }
            | Self::Locked { bucket, .. } => {
                let buckets = [BucketRole::Source, BucketRole::Destination].map(Address::Bucket);
                buckets.into_iter().filter(|address| address.name(stack) == bucket).collect()
            }
            Self::OtherRegion { .. } => vec![Address::Role],
            Self::Clash(_) | Self::TooManyEntries { .. } => vec![Address::Trigger],
            Self::Protected { .. } => vec![Address::LogGroup],
            Self::Concurrency { .. } | Self::OwnBucket { .. } => vec![Address::Function],
        }
    }

    /// Why that is in the way.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "what this stack did not create is never changed or deleted",
            Self::Taken { .. } => {
                "bucket names are shared by all AWS accounts, and S3 answers AccessDenied to both"
            }
            Self::Elsewhere { .. } => "a bucket cannot be moved to another region",
            Self::OtherRegion { .. } => {
                "role and users have the same names in all regions, so they can serve but one"
            }
            Self::WrongPath { .. } => {
                "AWS cannot change the path of a role, so it cannot be taken over either"
            }
            Self::Clash(_) => "S3 refuses two entries that could match the same event",
            Self::TooManyEntries { .. } => "S3 takes 100 for a bucket",
            Self::MfaDelete { .. } => {
                "only the account's root user, with a code of its MFA device, can change versioning or delete a version"
            }
            Self::Denied { .. } => "it would fail with half of the stack removed",
            Self::Locked { .. } => {
                "S3 deletes no version under Object Lock, and it would fail with half of the stack removed"
            }
            Self::Protected { .. } => {
                "CloudWatch Logs deletes it for nobody, and half of the stack would be left"
            }
            Self::Concurrency { .. } => {
                "Lambda keeps 100 for functions without a reservation, and new accounts may have no more than 10 in all"
            }
            Self::OwnBucket { .. } => {
                "records of failures name keys and errors, and who may read the bucket would read them"
            }
            Self::Overwritten { .. } => {
                "it is neither what was there before nor what this run wrote, so AWS is not just behind"
            }
            Self::Data { .. } => "data is never deleted by accident",
        }
    }

    /// How to go on.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Foreign { owner: None, .. } => {
                "choose another name in config.toml, or take it over with --adopt=NAME (--adopt: all that is foreign), which makes \
                 it as config.toml says: `plan --adopt=NAME` shows what that changes"
            }
            Self::Foreign { owner: Some(_), .. } => {
                "choose another name in config.toml or another --stack; if that stack is gone, take it over with \
                 --adopt=NAME (--adopt: all that is foreign; `plan --adopt=NAME` shows what that changes)"
            }
            Self::Taken { .. } => {
                "choose another `bucket` in config.toml ({account} in the name makes it unique); if the bucket is yours, \
                 get the right to s3:ListBucket on it"
            }
            Self::Elsewhere { .. } => {
                "set `region` in config.toml (or AWS_REGION) to the bucket's region, or choose another `bucket`"
            }
            Self::OtherRegion { .. } => {
                "use another --stack name here, or work in that region (AWS_REGION, or `region` in config.toml); to move \
                 it, run `down` there first"
            }
            Self::WrongPath { .. } => "delete it by hand if nobody needs it, or choose another stack name",
            Self::Clash(_) => {
                "remove or narrow that entry, or set another `prefix` or `suffixes` under [trigger]"
            }
            Self::TooManyEntries { .. } => {
                "name fewer `suffixes` under [trigger], those that your files have"
            }
            Self::MfaDelete { .. } => {
                "switch it off as the root user: `aws s3api put-bucket-versioning --bucket BUCKET \
                 --versioning-configuration Status=Enabled,MFADelete=Disabled --mfa \"DEVICE-ARN CODE\"`"
            }
            Self::Denied { .. } => {
                "remove that statement from the bucket policy; `provisioner up` puts the stack's own policy there"
            }
            Self::Locked { .. } => {
                "wait until the retention is over, or lift the hold (`aws s3api put-object-legal-hold --legal-hold \
                 Status=OFF ...`); --keep-data keeps the bucket and everything in it"
            }
            Self::Protected { .. } => {
                "switch it off: `aws logs put-log-group-deletion-protection --no-deletion-protection-enabled \
                 --log-group-identifier NAME`"
            }
            Self::Concurrency { .. } => {
                "set a smaller number in config.toml or leave it out, or ask for more (Service Quotas: Lambda, Concurrent \
                 executions)"
            }
            Self::OwnBucket { .. } => "name a queue, a topic, an event bus or another bucket in on_failure",
            Self::Overwritten { .. } => {
                "see whether another `up`, Terraform or a person is at work on this stack, then run `up` again, which \
                 makes it as config.toml says"
            }
            Self::Data { .. } => {
                "--delete-data deletes it for good, --keep-data keeps the bucket and everything in it"
            }
        }
    }
}

/// What a person should know of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// Something that was not ours is taken over.
    Adopted {
        /// Which resource.
        address: Address,
        /// Its name.
        name: String,
    },
    /// A bucket of this stack that the configuration no longer names is left alone.
    FormerBucket(String),
    /// Nothing could be found out about what the configuration no longer names.
    FormerUnknown,
    /// How long logs are kept is decided by a policy of the account.
    RetentionOfAccount {
        /// The policy's name.
        policy: String,
        /// Days; `None`: for ever.
        days: Option<i32>,
    },
    /// A bucket is kept with its data.
    Kept {
        /// The bucket's name.
        bucket: String,
        /// What it holds.
        contents: Contents,
    },
    /// Something of that name is not ours and is left alone.
    NotOurs {
        /// Which resource.
        address: Address,
        /// Its name.
        name: String,
    },
    /// Entries of others in the notification document.
    ForeignEntries(usize),
    /// A bucket gets another key, or none, and the rights to the one before go.
    KeyChange {
        /// `source` or `destination`.
        table: &'static str,
        /// The bucket's name.
        bucket: String,
        /// ARN of the key that it has.
        key: String,
    },
    /// Lifecycle rules of others.
    ForeignRules {
        /// The bucket's name.
        bucket: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// A tag tells of an access key that an upload has made for itself, or `keys` to give away.
    UploadKey {
        /// The IAM name of the user.
        user: String,
        /// The key's id, when it was known already.
        key: Option<String>,
        /// Whether it was being given to somebody.
        is_given: bool,
    },
    /// Users go while others come: perhaps one has another name in the configuration now.
    Renamed {
        /// IAM names of those that go.
        gone: Vec<String>,
        /// IAM names of those that come.
        new: Vec<String>,
    },
    /// A user is a role in the configuration now.
    BecomesRole {
        /// The IAM name of both.
        user: String,
    },
    /// A role is a user in the configuration now.
    BecomesUser {
        /// The IAM name of both.
        role: String,
    },
    /// A user has access keys that have no known use.
    DoubtfulKeys {
        /// The IAM name of the user.
        user: String,
        /// Which, and why.
        doubt: Doubt,
    },
    /// What was replicated from a bucket that goes stays where it is.
    CopiesStay {
        /// The source bucket's name.
        bucket: String,
        /// Where they are.
        at: Vec<String>,
    },
    /// By the rules of others pictures leave the source bucket with all their metadata.
    Replicated {
        /// The source bucket's name.
        bucket: String,
        /// Where they go.
        to: Vec<String>,
    },
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Adopted { address, name } => {
                write!(f, "{address} {name} was not made by this stack and is taken over")
            }
            Self::Renamed { gone, new } => {
                let (gone, new) = (gone.join(", "), new.join(", "));
                write!(
                    f,
                    "{gone} goes with all access keys, and {new} comes without any: under another name in config.toml a user \
                     is another user. Whoever uses such a key is refused from then on, and needs one of `keys issue`"
                )
            }
            Self::BecomesRole { user } => write!(
                f,
                "user {user} becomes a role: the user goes with all access keys, and whoever uses one is refused from then \
                 on; the role has no keys, and those whom `trust` names assume it"
            ),
            Self::BecomesUser { role } => write!(
                f,
                "user role {role} becomes a user: the role goes, and sessions of it are refused from then on; the user has \
                 no key until `keys issue` makes one"
            ),
            Self::FormerBucket(name) => write!(
                f,
                "bucket {name} carries this stack's tag, but config.toml names another one: it is left as it is, data \
                 included; delete it by hand, or take the tag off, when you do not need it any more"
            ),
            Self::RetentionOfAccount { policy, days } => write!(
                f,
                "logs are kept {}, as the account's retention policy {policy} says: it wins over `log_retention_days` in \
                 config.toml",
                days.map_or_else(|| "for ever".to_owned(), |days| format!("{days} days")),
            ),
            Self::FormerUnknown => f.write_str(
                "buckets and alarms that config.toml no longer names are not looked for: these credentials lack \
                 tag:GetResources",
            ),
            Self::Kept { bucket, contents } => write!(f, "bucket {bucket} is kept with {contents}"),
            Self::NotOurs { address, name } => {
                write!(f, "{address} {name} does not belong to this stack: left alone")
            }
            Self::KeyChange { table, bucket, key } => write!(
                f,
                "what is in bucket {bucket} stays encrypted with {key}, and after this nobody of the stack may decrypt \
                 with that key: to keep it readable, add former_kms_keys = [\"{key}\"] to [{table}], and do not delete \
                 the key"
            ),
            Self::ForeignRules { bucket, ids } => {
                let plural = if ids.len() == 1 { "" } else { "s" };
                write!(
                    f,
                    "lifecycle rule{plural} of others on bucket {bucket}: untouched ({})",
                    ids.join(", ")
                )
            }
            Self::ForeignEntries(1) => {
                f.write_str("1 notification entry of others on the source bucket: untouched")
            }
            Self::Replicated { bucket, to } => write!(
                f,
                "bucket {bucket} is replicated to {}: pictures go there as they are uploaded, metadata included; \
                 provisioner leaves replication alone (`aws s3api delete-bucket-replication` ends it)",
                to.join(", ")
            ),
            Self::CopiesStay { bucket, at } => write!(
                f,
                "bucket {bucket} is replicated to {}: what was copied there stays, metadata included",
                at.join(", ")
            ),
            Self::UploadKey { user, key, is_given: true } => write!(
                f,
                "user {user} has the access key {}: `keys` was giving it to somebody, and still is or was killed; \
                 `keys revoke` removes it when nobody has it",
                key.as_deref().unwrap_or_default()
            ),
            Self::UploadKey { user, key, is_given: false } => write!(
                f,
                "user {user} has {}: `upload --as` has made it, which is under way or was killed; the next one removes \
                 what a killed one has left",
                key.as_ref().map_or("perhaps an access key of an upload".to_owned(), |key| format!(
                    "the access key {key}"
                ))
            ),
            Self::DoubtfulKeys { user, doubt: Doubt::Several(ids) } => write!(
                f,
                "user {user} has {} access keys, {}: one is enough; whoever has the secret of another has this user's rights, \
                 so find out who needs which (`keys list` tells when each was used last), and `keys revoke` the others",
                ids.len(),
                ids.join(" and ")
            ),
            Self::DoubtfulKeys { user, doubt: Doubt::Inactive(id) } => write!(
                f,
                "user {user} has the access key {id}, which is inactive; when nobody needs it any more, `keys revoke` \
                 removes it"
            ),
            Self::DoubtfulKeys { user, doubt: Doubt::Unused(id) } => write!(
                f,
                "user {user} has the access key {id}, which is more than a day old and was never used; when nobody has been \
                 given it, `keys revoke` removes it"
            ),
            Self::DoubtfulKeys { user, doubt: Doubt::Old(id, days) } => {
                write!(f, "user {user} has the access key {id}, which is {days} days old: `keys rotate` replaces it")
            }
            Self::ForeignEntries(n) => {
                write!(f, "{n} notification entries of others on the source bucket: untouched")
            }
        }
    }
}
