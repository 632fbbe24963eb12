//! Deleting a user: everything it has must go first
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>).

use futures::future::{BoxFuture, try_join_all};
use tokio::sync::Semaphore;

use super::super::Context;
use super::super::idempotent::{self, ok_if_gone};
use super::super::identity::Identity;
use crate::aws::{AwsCall, AwsError, Deadline};

/// Users emptied at once: each takes nine calls at a time.
static EMPTYING: Semaphore = Semaphore::const_new(8);

/// Deletes a user with its keys, policies, groups, login profile and devices. Nearly always our policy was all
/// it had, and that is gone by now; IAM refuses to delete a user that has anything else, and then all of it is
/// looked for.
pub(super) async fn remove(context: &Context<'_>, name: &str) -> Result<(), AwsError> {
    let iam = &context.aws.iam;
    let delete = async || iam.delete_user().user_name(name).send().await.aws("DeleteUser").map(drop);
    let busy = "IAM still sees something attached to the user";
    idempotent::delete(context, Deadline::PROPAGATION, busy, async || match delete().await {
        Err(error) if error.is_conflict() => {
            let turn = EMPTYING.acquire().await;
            empty(iam, name).await?;
            drop(turn);
            delete().await
        }
        other => other,
    })
    .await
}

/// Lists everything at once, then deletes everything that there is at once; policies as soon as they are listed.
async fn empty(iam: &aws_sdk_iam::Client, name: &str) -> Result<(), AwsError> {
    let user = Identity::user(iam, name);
    let (keys, (), groups, devices, certificates, ssh_keys, services, _) = futures::try_join!(
        async { iam.list_access_keys().user_name(name).send().await.aws("ListAccessKeys") },
        user.delete_all_policies(),
        async { iam.list_groups_for_user().user_name(name).send().await.aws("ListGroupsForUser") },
        optional(async { iam.list_mfa_devices().user_name(name).send().await.aws("ListMFADevices") }),
        optional(async {
            iam.list_signing_certificates().user_name(name).send().await.aws("ListSigningCertificates")
        }),
        optional(async { iam.list_ssh_public_keys().user_name(name).send().await.aws("ListSSHPublicKeys") }),
        optional(async {
            iam.list_service_specific_credentials()
                .user_name(name)
                .send()
                .await
                .aws("ListServiceSpecificCredentials")
        }),
        // There is at most one, and nothing lists it.
        optional(async {
            ok_if_gone(iam.delete_login_profile().user_name(name).send().await.aws("DeleteLoginProfile"))
        }),
    )?;
    let mut deletions: Vec<BoxFuture<'_, Result<(), AwsError>>> = Vec::new();
    for key in keys.access_key_metadata().iter().filter_map(|key| key.access_key_id()) {
        deletions.push(Box::pin(async move {
            ok_if_gone(
                iam.delete_access_key()
                    .user_name(name)
                    .access_key_id(key)
                    .send()
                    .await
                    .aws("DeleteAccessKey"),
            )
        }));
    }
    for group in groups.groups() {
        deletions.push(Box::pin(async move {
            let request = iam.remove_user_from_group().user_name(name).group_name(group.group_name());
            ok_if_gone(request.send().await.aws("RemoveUserFromGroup"))
        }));
    }
    for device in
        devices.iter().flat_map(aws_sdk_iam::operation::list_mfa_devices::ListMfaDevicesOutput::mfa_devices)
    {
        deletions.push(Box::pin(async move {
            let request = iam.deactivate_mfa_device().user_name(name).serial_number(device.serial_number());
            ok_if_gone(request.send().await.aws("DeactivateMFADevice"))
        }));
    }
    for certificate in certificates.iter().flat_map(
        aws_sdk_iam::operation::list_signing_certificates::ListSigningCertificatesOutput::certificates,
    ) {
        deletions.push(Box::pin(async move {
            let request =
                iam.delete_signing_certificate().user_name(name).certificate_id(certificate.certificate_id());
            ok_if_gone(request.send().await.aws("DeleteSigningCertificate"))
        }));
    }
    for key in ssh_keys
        .iter()
        .flat_map(aws_sdk_iam::operation::list_ssh_public_keys::ListSshPublicKeysOutput::ssh_public_keys)
    {
        deletions.push(Box::pin(async move {
            let request =
                iam.delete_ssh_public_key().user_name(name).ssh_public_key_id(key.ssh_public_key_id());
            ok_if_gone(request.send().await.aws("DeleteSSHPublicKey"))
        }));
    }
    for credential in services.iter().flat_map(aws_sdk_iam::operation::list_service_specific_credentials::ListServiceSpecificCredentialsOutput::service_specific_credentials) {
        deletions.push(Box::pin(async move {
            let id = credential.service_specific_credential_id();
            let request =
                iam.delete_service_specific_credential().user_name(name).service_specific_credential_id(id);
            ok_if_gone(request.send().await.aws("DeleteServiceSpecificCredential"))
        }));
    }
    try_join_all(deletions).await.map(drop)
}

/// Implementations of IAM other than AWS's may lack what only consoles use.
/// Where it matters, `DeleteUser` says `DeleteConflict`.
async fn optional<T>(call: impl Future<Output = Result<T, AwsError>>) -> Result<Option<T>, AwsError> {
    match call.await {
        Ok(output) => Ok(Some(output)),
        Err(error)
            if matches!(
                error.code.as_deref(),
                Some("InvalidAction" | "NotImplemented" | "UnknownOperation" | "AccessDenied")
            ) || (error.code.is_none() && error.status.is_some_and(|status| status >= 500)) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
