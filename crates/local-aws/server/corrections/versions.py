"""Lambda: a version is published when something has changed, and an alias names a version that exists.

ministack takes an update that changes nothing for a change, ignores the hash and the revision that PublishVersion
expects, and lets an alias name any version.
https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
"""

# What differs although nothing of the code or the configuration does.
INCIDENTAL = {
    "FunctionArn", "LastModified", "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode",
    "RevisionId", "State", "StateReason", "StateReasonCode", "Version", "SnapStart",
}


def versions_are_of_changes():
    from ministack.services import lambda_svc

    publish = lambda_svc._publish_version

    def publish_version(name, data):
        function = lambda_svc._functions.get(name)
        if not function:
            return publish(name, data)
        config = function["config"]
        if data.get("CodeSha256") and data["CodeSha256"] != config.get("CodeSha256"):
            message = f"CodeSHA256 ({data['CodeSha256']}) is different from current CodeSHA256 in $LATEST"
            return lambda_svc.error_response_json("InvalidParameterValueException", message, 400)
        if data.get("RevisionId") and data["RevisionId"] != config.get("RevisionId"):
            message = "The Revision Id provided does not match the latest Revision Id."
            return lambda_svc.error_response_json("PreconditionFailedException", message, 412)
        latest = max(function["versions"], key=int, default=None)
        description = data.get("Description") or config.get("Description", "")
        if latest:
            version = function["versions"][latest]
            if essence({**config, "Description": description}) == essence(version["config"]):
                version["function_revision"] = config.get("RevisionId")
        return publish(name, data)

    lambda_svc._publish_version = publish_version


def essence(config):
    return {name: value for name, value in config.items() if name not in INCIDENTAL and value not in (None, "")}


def aliases_name_versions():
    from ministack.services import lambda_svc

    def checked(call):
        def answer(name, *arguments):
            version, function = arguments[-1].get("FunctionVersion"), lambda_svc._functions.get(name)
            if function and version and version != "$LATEST" and version not in function["versions"]:
                message = f"Function not found: {lambda_svc._func_arn(name)}:{version}"
                return lambda_svc.error_response_json("ResourceNotFoundException", message, 404)
            return call(name, *arguments)

        return answer

    lambda_svc._create_alias = checked(lambda_svc._create_alias)
    lambda_svc._update_alias = checked(lambda_svc._update_alias)
