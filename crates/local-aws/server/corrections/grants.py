"""Lambda: the variables of a function are encrypted, and the role may decrypt them by a grant to its principal.

The grant is made when the function gets a role, a key, or its first variable. A role that was deleted and made again
has the same ARN and is another principal, which the grant does not name: each invocation fails until the grant is
made anew. ministack encrypts nothing.
https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors
"""

MESSAGE = (
    "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's "
    "AWS KMS key settings. KMS Exception: UnrecognizedClientException KMS Message: The security token included in the "
    "request is invalid."
)


def roles_decrypt_by_a_grant():
    from ministack.services import lambda_svc

    create, update, execute = lambda_svc._create_function, lambda_svc._update_config, lambda_svc._execute_function

    def create_with_grant(data):
        answer = create(data)
        function = lambda_svc._functions.get(data.get("FunctionName", ""))
        if answer[0] == 201 and function:
            grant(function)
        return answer

    def update_with_grant(name, data):
        function = lambda_svc._functions.get(name)
        before = encrypted(function["config"]) if function else None
        answer = update(name, data)
        if answer[0] == 200 and function and encrypted(function["config"]) != before:
            grant(function)
        return answer

    def execute_with_grant(func, event):
        config = func.get("config") or func
        function = lambda_svc._functions.get(config.get("FunctionName", ""))
        granted = function and function.get("grantee")
        if granted and variables(config) and principal(config) not in (None, granted):
            return {"error": True, "body": {"errorType": "KMSAccessDeniedException", "errorMessage": MESSAGE}}
        return execute(func, event)

    lambda_svc._create_function, lambda_svc._update_config = create_with_grant, update_with_grant
    lambda_svc._execute_function = execute_with_grant


def variables(config):
    return (config.get("Environment") or {}).get("Variables") or {}


def encrypted(config):
    """Whatever makes a new grant when it changes."""
    return config.get("Role"), config.get("KMSKeyArn") or "", bool(variables(config))


def grant(function):
    function["grantee"] = principal(function["config"])


def principal(config):
    """What tells a role from one of the same name."""
    from ministack.services import iam

    role = iam._roles.get(config.get("Role", "").rsplit("/", 1)[-1])
    return role and role["RoleId"]
