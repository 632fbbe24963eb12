"""What `*` and `?` of a policy match: every character, line ends included. ministack's stop at a line feed, so that
nobody had a right on a key that holds one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
"""

import functools
import re


def wildcards_match_line_ends():
    from ministack.core import iam_evaluator

    @functools.lru_cache(maxsize=4096)
    def compiled(pattern, ignore_case):
        words = {"*": ".*", "?": "."}
        text = "".join(words.get(letter) or re.escape(letter) for letter in pattern)
        return re.compile(text + r"\Z", re.DOTALL | (re.IGNORECASE if ignore_case else 0))

    iam_evaluator._fnmatch_compile = compiled
