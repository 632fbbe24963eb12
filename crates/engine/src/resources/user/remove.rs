//! Deleting a user: everything it has must go first
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>).

use aws_sdk_iam::Client;
use aws_sdk_iam::types::AccessKeyMetadata;
use futures::future::{BoxFuture, try_join_all};
use tokio::sync::Semaphore;

use super::super::Context;
use super::super::idempotent::{self, ok_if_gone};
use super::super::identity::Identity;
use super::observe::groups;
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
async fn empty(iam: &Client, name: &str) -> Result<(), AwsError> {
    let user = Identity::user(iam, name);
    let (keys, (), groups, devices, certificates, ssh_keys, services, _) = futures::try_join!(
        async {
            let pages = iam.list_access_keys().user_name(name).into_paginator().items().send();
            pages.try_collect().await.aws("ListAccessKeys")
        },
        user.delete_all_policies(),
        groups(iam, name),
        optional(async {
            let pages = iam.list_mfa_devices().user_name(name).into_paginator().items().send();
            pages.try_collect().await.aws("ListMFADevices")
        }),
        optional(async {
            let pages = iam.list_signing_certificates().user_name(name).into_paginator().items().send();
            pages.try_collect().await.aws("ListSigningCertificates")
        }),
        optional(async {
            let pages = iam.list_ssh_public_keys().user_name(name).into_paginator().items().send();
            pages.try_collect().await.aws("ListSSHPublicKeys")
        }),
        optional(service_credentials(iam, name)),
        // There is at most one, and nothing lists it.
        optional(async {
            ok_if_gone(iam.delete_login_profile().user_name(name).send().await.aws("DeleteLoginProfile"))
        }),
    )?;
    let mut deletions: Vec<BoxFuture<'_, Result<(), AwsError>>> = Vec::new();
    for key in keys.iter().filter_map(AccessKeyMetadata::access_key_id) {
        deletions.push(Box::pin(async move {
            let request = iam.delete_access_key().user_name(name).access_key_id(key);
            ok_if_gone(request.send().await.aws("DeleteAccessKey"))
        }));
    }
    for group in &groups {
        deletions.push(Box::pin(async move {
            let request = iam.remove_user_from_group().user_name(name).group_name(group);
            ok_if_gone(request.send().await.aws("RemoveUserFromGroup"))
        }));
    }
    for device in devices.iter().flatten() {
        deletions.push(Box::pin(remove_device(iam, name, device.serial_number())));
    }
    for certificate in certificates.iter().flatten() {
        deletions.push(Box::pin(async move {
            let request =
                iam.delete_signing_certificate().user_name(name).certificate_id(certificate.certificate_id());
            ok_if_gone(request.send().await.aws("DeleteSigningCertificate"))
        }));
    }
    for key in ssh_keys.iter().flatten() {
        deletions.push(Box::pin(async move {
            let request =
                iam.delete_ssh_public_key().user_name(name).ssh_public_key_id(key.ssh_public_key_id());
            ok_if_gone(request.send().await.aws("DeleteSSHPublicKey"))
        }));
    }
    for id in services.iter().flatten() {
        deletions.push(Box::pin(async move {
            let request =
                iam.delete_service_specific_credential().user_name(name).service_specific_credential_id(id);
            ok_if_gone(request.send().await.aws("DeleteServiceSpecificCredential"))
        }));
    }
    try_join_all(deletions).await.map(drop)
}

/// A device of hardware is only taken off the user. A virtual one would stay in the account, and its name with it.
async fn remove_device(iam: &Client, user: &str, serial_number: &str) -> Result<(), AwsError> {
    let request = iam.deactivate_mfa_device().user_name(user).serial_number(serial_number);
    ok_if_gone(request.send().await.aws("DeactivateMFADevice"))?;
    // <https://docs.aws.amazon.com/IAM/latest/APIReference/API_MFADevice.html>
    if !serial_number.contains(":mfa/") {
        return Ok(());
    }
    let request = iam.delete_virtual_mfa_device().serial_number(serial_number);
    match request.send().await.aws("DeleteVirtualMFADevice") {
        // The user can be deleted all the same.
        Err(error) if error.is_access_denied() => Ok(()),
        other => ok_if_gone(other),
    }
}

/// The ids of the credentials for single services; the SDK has no paginator for them.
async fn service_credentials(iam: &Client, user: &str) -> Result<Vec<String>, AwsError> {
    let (mut ids, mut marker) = (Vec::new(), None);
    loop {
        let request = iam.list_service_specific_credentials().user_name(user).set_marker(marker);
        let page = request.send().await.aws("ListServiceSpecificCredentials")?;
        ids.extend(
            page.service_specific_credentials()
                .iter()
                .map(|credential| credential.service_specific_credential_id().to_owned()),
        );
        marker = page.marker().filter(|_| page.is_truncated()).map(str::to_owned);
        if marker.is_none() {
            return Ok(ids);
        }
    }
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
