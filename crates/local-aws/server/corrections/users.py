"""IAM users: what keeps them from being deleted, what is told about them."""


def users_are_as_on_aws():
    """IAM deletes no user that still has something, and GetAccountAuthorizationDetails tells the permissions
    boundary. ministack looks at access keys and attached policies only, keeps the rest for the next user of that
    name, and leaves the boundary out."""
    from ministack.services import iam

    delete, details = iam._delete_user, iam._get_account_authorization_details

    def delete_user(p):
        name = iam._p(p, "UserName")
        groups = any(name in group.get("Users", []) for group in iam._groups.values())
        devices = any(device.get("User") == name for device in iam._mfa_devices.values())
        has = groups or devices or iam._user_inline_policies.get(name) or iam._login_profiles.get(name)
        if name in iam._users and has:
            return iam._error(409, "DeleteConflict", "Cannot delete entity, must delete policies first.", ns="iam")
        return delete(p)

    def details_with_boundaries(p):
        status, headers, body = details(p)
        text = body.decode() if isinstance(body, bytes) else body
        for name, user in iam._users.items():
            if user.get("PermissionsBoundary"):
                boundary = (
                    "<PermissionsBoundary><PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>"
                    f"<PermissionsBoundaryArn>{user['PermissionsBoundary']}</PermissionsBoundaryArn></PermissionsBoundary>"
                )
                text = text.replace(f"<UserName>{name}</UserName>", f"<UserName>{name}</UserName>{boundary}")
        return status, headers, text.encode() if isinstance(body, bytes) else text

    def update_user(p):
        """Moves a user to another path, which ministack cannot."""
        name, path = iam._p(p, "UserName"), iam._p(p, "NewPath")
        user = iam._users.get(name)
        if user is None:
            return iam._error(404, "NoSuchEntity", f"The user with name {name} cannot be found.", ns="iam")
        if path:
            user["Path"], user["Arn"] = path, f"{user['Arn'].split(':user/')[0]}:user{path}{name}"
        return iam._xml(200, "UpdateUserResponse", "", ns="iam")

    for table in vars(iam).values():
        if isinstance(table, dict) and table.get("DeleteUser") is delete:
            table["UpdateUser"] = update_user
            table["DeleteUser"] = delete_user
            table["GetAccountAuthorizationDetails"] = details_with_boundaries
