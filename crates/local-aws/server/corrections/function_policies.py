"""Lambda: a function, each of its versions and each alias has a policy of its own.

ministack keeps one for all: a statement id is taken everywhere once it is used, and the function's policy shows and
loses the statements of its aliases.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""


def policies_are_per_qualifier():
    from ministack.services import lambda_svc

    def alone(call, position):
        """The call sees the statements of its own qualifier only; `position` is that of its query parameters."""

        def answer(name, *arguments, **options):
            function = lambda_svc._functions.get(name)
            if not function:
                return call(name, *arguments, **options)
            named = [*arguments, None, None]
            query = options.get("query_params", named[position])
            in_path = options.get("path_qualifier", named[position + 1])
            resource = lambda_svc._policy_resource_arn(name, lambda_svc._qualifier_from_path_or_query(in_path, query))
            policy = function["policy"]
            everything = policy["Statement"]
            others = [statement for statement in everything if statement.get("Resource") != resource]
            policy["Statement"] = [statement for statement in everything if statement.get("Resource") == resource]
            if call is get and not policy["Statement"]:
                policy["Statement"] = everything
                message = "The resource you requested does not exist."
                return lambda_svc.error_response_json("ResourceNotFoundException", message, 404)
            try:
                return call(name, *arguments, **options)
            finally:
                policy["Statement"] = others + policy["Statement"]

        return answer

    get = lambda_svc._get_policy
    lambda_svc._add_permission = alone(lambda_svc._add_permission, 1)
    lambda_svc._get_policy = alone(get, 0)
    lambda_svc._remove_permission = alone(lambda_svc._remove_permission, 1)
