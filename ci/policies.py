#!/usr/bin/env python3
"""Lints the documents of `provisioner export policies` (on stdin) with parliament.

Prints what it finds; exit code 1 when that is more than the exceptions below.
"""

import json
import sys

from parliament import analyze_policy_string

# What parliament says of documents that it was not made for.
EXCEPTIONS = {
    # It knows identity policies; a trust policy names a principal and no resource.
    ("role trust", "MALFORMED"),
    # It knows the characters of IAM's Sid; Lambda's statement ids have hyphens, too:
    # https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    ("function", "INVALID_SID"),
}

documents = json.load(sys.stdin)
failed = 0
for name, document in documents.items():
    for finding in analyze_policy_string(json.dumps(document)).findings:
        if (name, finding.issue) not in EXCEPTIONS:
            failed += 1
            print(f"{name}: {finding.issue}: {finding.detail or finding.title}")
print(f"{len(documents)} policies, {failed} findings")
sys.exit(failed > 0 or not documents)
