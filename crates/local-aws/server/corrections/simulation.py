"""IAM: SimulatePrincipalPolicy looks at users and roles below a path, at the context that is asked with, and at the
boundary.

ministack takes everything behind `user/` for the name, ignores the context keys, and answers for users that do not
exist.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny"}


def principals_are_simulated():
    from ministack.core import iam_evaluator
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import iam

    def simulate(p):
        arn, account = iam._p(p, "PolicySourceArn") or "", get_account_id()
        kind, _, name = arn.split(":", 5)[-1].partition("/")
        name = name.rsplit("/", 1)[-1]
        store = {"user": iam._users, "role": iam._roles}.get(kind, {})
        if name not in store or store[name].get("Arn") != arn:
            return iam._error(404, "NoSuchEntity", f"The {kind} with name {name} cannot be found.", ns="iam")
        gather = {"user": iam_evaluator._gather_user_policies, "role": iam_evaluator._gather_role_policies}[kind]
        limits = iam_evaluator._permissions_boundary(store, name, account)
        context, results = entries(p), ""
        for action in numbered(p, "ActionNames.member.{}"):
            for resource in numbered(p, "ResourceArns.member.{}") or ["*"]:
                asked = iam_evaluator.EvalContext(
                    principal_arn=arn, principal_type="User", principal_account=account, action=action,
                    resource_arn=resource, region=get_region(), source_ip="127.0.0.1",
                    secure_transport=context.get("aws:securetransport", "false") == "true", service_context=context,
                )
                decision = iam_evaluator.evaluate(asked, gather(name, account), *limits).decision
                results += (
                    f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>"
                    f"<EvalDecision>{DECISIONS.get(decision, 'implicitDeny')}</EvalDecision>"
                    "<MatchedStatements></MatchedStatements><MissingContextValues></MissingContextValues></member>"
                )
        body = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
        answer = f"<SimulatePrincipalPolicyResult>{body}</SimulatePrincipalPolicyResult>"
        return iam._xml(200, "SimulatePrincipalPolicyResponse", answer, ns="iam")

    def numbered(p, name):
        found = []
        while value := iam._p(p, name.format(len(found) + 1)):
            found.append(value)
        return found

    def entries(p):
        context = {}
        for number, key in enumerate(numbered(p, "ContextEntries.member.{}.ContextKeyName"), 1):
            context[key.lower()] = iam._p(p, f"ContextEntries.member.{number}.ContextKeyValues.member.1") or ""
        return context

    for name, handler in list(vars(iam).items()):
        if isinstance(handler, dict) and handler.get("SimulatePrincipalPolicy") is iam._simulate_principal_policy:
            handler["SimulatePrincipalPolicy"] = simulate
    iam._simulate_principal_policy = simulate
