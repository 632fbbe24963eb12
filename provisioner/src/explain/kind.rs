//! What each kind of resource is, for somebody who has never made one.

use engine::config::BucketRole;
use engine::resources::Address;

/// The words for a kind.
pub(super) struct Kind {
    pub what: &'static str,
    pub why: &'static str,
    pub cost: &'static str,
    pub page: &'static str,
}

const FREE: &str = "Nothing.";
const STORAGE: &str =
    "What is in it: $0.023 per GB and month, old versions included, and $0.005 per 1,000 writes.";

pub(super) fn of(address: &Address) -> Kind {
    match address {
        Address::Bucket(BucketRole::Source) => Kind {
            what: "The S3 bucket that people upload to (bucket A). Closed to the public.",
            why: "Originals say who was where and when. They stay apart from what is published, so that nobody who \
                  reads the clean pictures can read them.",
            cost: STORAGE,
            page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html",
        },
        Address::Bucket(BucketRole::Destination) => Kind {
            what: "The S3 bucket in which the clean copies appear, under the same keys (bucket B). Closed to the public.",
            why: "Whoever shows pictures reads here. Only the function writes to it, unless config.toml says so.",
            cost: STORAGE,
            page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html",
        },
        Address::FormerBucket(_) => Kind {
            what: "A bucket of this stack that config.toml does not name any more.",
            why: "It may hold pictures, so it stays until `down` is told what becomes of them.",
            cost: STORAGE,
            page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
        },
        Address::LogGroup => Kind {
            what: "The CloudWatch log group that the function writes to: a line for each picture.",
            why: "It tells what was removed and what was refused, and never a value of the metadata. `logs` reads it. \
                  Made before the function, so that its lines go after log_retention_days.",
            cost: "$0.50 per GB that is written, about $0.001 per 1,000 pictures.",
            page: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
        },
        Address::Role => Kind {
            what: "The IAM role that the function acts as.",
            why: "The function has the rights of its work and no others: read bucket A, write bucket B, write its log.",
            cost: FREE,
            page: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        },
        Address::Function => Kind {
            what: "The Lambda function that reads an upload, takes the metadata out, and writes the clean copy.",
            why: "It runs only while there are pictures, as many at once as there are uploads, with no server to care for.",
            cost: "$0.20 per million pictures and $0.0000167 per second with 1 GB of memory; nothing while nothing is uploaded.",
            page: "https://docs.aws.amazon.com/lambda/latest/dg/welcome.html",
        },
        Address::Permission => Kind {
            what: "The statement in the function's own policy that lets S3 start it.",
            why: "Without it S3 may not; with it only S3 may, and only for bucket A of this account.",
            cost: FREE,
            page: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        },
        Address::Trigger => Kind {
            what: "The entries in bucket A's notification configuration that start the function for each upload.",
            why: "They are what makes an upload a clean copy. Entries of others in the same document stay as they are.",
            cost: FREE,
            page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
        },
        Address::Alarm(_) => Kind {
            what: "A CloudWatch alarm on the function.",
            why: "A function that fails, waits too long for its turn or gives uploads up is noticed by the topics of \
                  [alarms], and not by the people whose pictures are missing.",
            cost: "$0.10 a month.",
            page: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
        },
        Address::User(_) => Kind {
            what: "An IAM user of config.toml. It has no key until `keys issue` makes one.",
            why: "Each person or program has a name of its own, and rights in one bucket and nowhere else.",
            cost: FREE,
            page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html",
        },
        Address::UserRole(_) => Kind {
            what: "A user of config.toml that is an IAM role. It has no key: those whom it trusts assume it, for a session.",
            why: "Credentials that end by themselves cannot be lost for long, and there is none to hand over or to rotate.",
            cost: FREE,
            page: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        },
    }
}
