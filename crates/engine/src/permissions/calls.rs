//! Every call of this program by what it is about, and what it is for. A test runs everything and compares.

use super::Purpose;
use Purpose::{Down, Operate, Plan, Up};

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// Both buckets.
    Buckets,
    /// What is in them.
    Objects,
    /// The function's role, and users that are roles.
    Role,
    /// The function's role, as what the function is given.
    PassedRole,
    /// Users that are roles.
    UserRoles,
    /// The users of the stack, former ones included.
    Users,
    /// The function.
    Function,
    /// The function's log group.
    LogGroup,
    /// The function's alarms.
    Alarms,
    /// What is found by looking through the account, or has names of others.
    Anything,
}

impl Of {
    pub(super) const fn sid(self) -> &'static str {
        match self {
            Self::Buckets => "Buckets",
            Self::Objects => "Objects",
            Self::Role => "Role",
            Self::PassedRole => "PassedRole",
            Self::UserRoles => "UserRoles",
            Self::Users => "Users",
            Self::Function => "Function",
            Self::LogGroup => "LogGroup",
            Self::Alarms => "Alarms",
            Self::Anything => "Anything",
        }
    }
}

/// The calls.
pub(super) const CALLS: &[(Of, &[Purpose], &[&str])] = &[
    (
        Of::Buckets,
        &[Plan],
        &[
            "HeadBucket",
            "GetBucketAcl",
            "GetBucketEncryption",
            "GetBucketLifecycleConfiguration",
            "GetBucketNotificationConfiguration",
            "GetBucketOwnershipControls",
            "GetBucketPolicy",
            "GetBucketReplication",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetPublicAccessBlock",
        ],
    ),
    // What is in the buckets, for `status` and `down`.
    (Of::Buckets, &[Plan], &["ListMultipartUploads", "ListObjectVersions"]),
    (Of::Role, &[Plan], &["GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies"]),
    (
        Of::Users,
        &[Plan],
        &[
            "GetUser",
            "GetUserPolicy",
            "ListAccessKeys",
            "ListAttachedUserPolicies",
            "ListGroupsForUser",
            "ListUserPolicies",
            "GetAccessKeyLastUsed",
        ],
    ),
    (Of::Function, &[Plan], &["GetFunction", "GetFunctionEventInvokeConfig", "GetPolicy"]),
    (Of::LogGroup, &[Plan], &["logs:ListTagsForResource"]),
    (Of::Alarms, &[Plan], &["cloudwatch:ListTagsForResource"]),
    (
        Of::Anything,
        &[Plan],
        &[
            "DescribeAlarms",
            "DescribeLogGroups",
            "GetAccountAuthorizationDetails",
            "GetResources",
            "ListRoles",
            "ListUsers",
        ],
    ),
    (
        Of::Buckets,
        &[Up],
        &[
            "CreateBucket",
            "DeleteBucketLifecycle",
            "PutBucketAcl",
            "PutBucketEncryption",
            "PutBucketLifecycleConfiguration",
            "PutBucketOwnershipControls",
            "PutBucketPolicy",
            "PutBucketTagging",
            "PutBucketVersioning",
            "PutPublicAccessBlock",
            "s3:TagResource",
        ],
    ),
    (Of::Buckets, &[Up, Down], &["PutBucketNotificationConfiguration"]),
    (
        Of::Role,
        &[Up],
        &[
            "CreateRole",
            "DeleteRolePermissionsBoundary",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "TagRole",
            "UpdateAssumeRolePolicy",
            "UpdateRole",
        ],
    ),
    (Of::Role, &[Up, Down], &["DeleteRolePolicy", "DetachRolePolicy"]),
    (
        Of::Users,
        &[Up],
        &[
            "CreateUser",
            "DeleteUserPermissionsBoundary",
            "PutUserPermissionsBoundary",
            "PutUserPolicy",
            "TagUser",
            "UpdateUser",
        ],
    ),
    // Users that the configuration names no more go with `up`.
    (
        Of::Users,
        &[Up, Down],
        &[
            "DeactivateMFADevice",
            "DeleteAccessKey",
            "DeleteLoginProfile",
            "DeleteSSHPublicKey",
            "DeleteServiceSpecificCredential",
            "DeleteSigningCertificate",
            "DeleteUser",
            "DeleteUserPolicy",
            "DetachUserPolicy",
            "ListMFADevices",
            "ListSSHPublicKeys",
            "ListServiceSpecificCredentials",
            "ListSigningCertificates",
        ],
    ),
    // Groups and MFA devices have names of their own.
    (Of::Anything, &[Up, Down], &["DeleteVirtualMFADevice", "RemoveUserFromGroup"]),
    (
        Of::Function,
        &[Up],
        &[
            "AddPermission",
            "CreateFunction",
            "DeleteFunctionConcurrency",
            "DeleteFunctionEventInvokeConfig",
            "GetFunctionConfiguration",
            "PutFunctionConcurrency",
            "PutFunctionEventInvokeConfig",
            "RemovePermission",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "lambda:TagResource",
        ],
    ),
    (Of::Anything, &[Up, Operate], &["GetAccountSettings"]),
    (Of::LogGroup, &[Up], &["CreateLogGroup", "PutRetentionPolicy", "logs:TagResource"]),
    (Of::Alarms, &[Up], &["PutMetricAlarm", "cloudwatch:TagResource"]),
    (Of::Alarms, &[Up, Down], &["DeleteAlarms"]),
    (Of::Buckets, &[Down], &["DeleteBucket", "GetObjectLockConfiguration"]),
    (Of::Objects, &[Down], &["AbortMultipartUpload", "DeleteObjects"]),
    // Roles that the configuration names no more go with `up`.
    (Of::UserRoles, &[Up], &["DeleteRole"]),
    (Of::Role, &[Down], &["DeleteRole"]),
    (Of::Function, &[Down], &["DeleteFunction"]),
    (Of::LogGroup, &[Down], &["DeleteLogGroup"]),
    (
        Of::Objects,
        &[Operate],
        &[
            "AbortMultipartUpload",
            "CreateMultipartUpload",
            "DeleteObjects",
            "GetObject",
            "HeadObject",
            "PutObject",
        ],
    ),
    (Of::Buckets, &[Operate], &["ListObjectsV2"]),
    (Of::Role, &[Operate], &["SimulatePrincipalPolicy"]),
    (Of::Users, &[Operate], &["SimulatePrincipalPolicy"]),
    (Of::UserRoles, &[Operate], &["AssumeRole"]),
    (Of::Users, &[Operate], &["CreateAccessKey", "DeleteAccessKey", "TagUser", "UntagUser"]),
    (Of::Function, &[Operate], &["GetFunctionConcurrency", "Invoke"]),
    (Of::LogGroup, &[Operate], &["FilterLogEvents"]),
];
