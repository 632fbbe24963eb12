"""IAM: a user has two access keys at most, and one is told when a key was used last.

ministack makes any number and says N/A of each.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import time

MAX_KEYS = 2

# The key's id: when, where and for what it was used last. Not kept over a restart.
used = {}


def note_use(key, region, service):
    used[key] = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), region, service)


def users_have_two_keys():
    from ministack.services import iam

    create, last_used = iam._create_access_key, iam._get_access_key_last_used

    def create_access_key(p):
        user = iam._p(p, "UserName") or "default"
        if sum(key["UserName"] == user for key in iam._access_keys.values()) >= MAX_KEYS:
            message = f"Cannot exceed quota for AccessKeysPerUser: {MAX_KEYS}"
            return iam._error(409, "LimitExceeded", message, ns="iam")
        return create(p)

    def get_access_key_last_used(p):
        status, headers, body = last_used(p)
        use = used.get(iam._p(p, "AccessKeyId"))
        if status == 200 and use:
            never = "<Region>N/A</Region><ServiceName>N/A</ServiceName>"
            when, region, service = use
            told = (f"<LastUsedDate>{when}</LastUsedDate><Region>{region}</Region><ServiceName>{service}</ServiceName>")
            text = body.decode() if isinstance(body, bytes) else body
            body = text.replace(never, told).encode()
        return status, headers, body

    for table in vars(iam).values():
        if isinstance(table, dict) and table.get("CreateAccessKey") is create:
            table["CreateAccessKey"] = create_access_key
            table["GetAccessKeyLastUsed"] = get_access_key_last_used
