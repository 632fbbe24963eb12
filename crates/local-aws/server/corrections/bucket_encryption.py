"""S3: new buckets take no objects that are encrypted with the uploader's own key (SSE-C), since April 2026.

GetBucketEncryption tells it as `BlockedEncryptionTypes`, and a PutBucketEncryption that does not speak of it leaves it
as it is. ministack does not know of it.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html
"""

import re

BLOCKED = re.compile(r"<BlockedEncryptionTypes>.*?</BlockedEncryptionTypes>|<BlockedEncryptionTypes\s*/>", re.DOTALL)
BY_DEFAULT = "<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes>"
CUSTOMER_KEY = "x-amz-server-side-encryption-customer-algorithm"


def customer_keys_are_blocked():
    from ministack.services import s3

    get, put, dispatch = s3._get_bucket_encryption, s3._put_bucket_encryption, s3._dispatch

    def document(name):
        text = get(name)[2]
        text = text.decode() if isinstance(text, bytes) else text
        return text if BLOCKED.search(text) else text.replace("</Rule>", f"{BY_DEFAULT}</Rule>")

    def get_with_blocked(name):
        status, headers, body = get(name)
        return (status, headers, document(name) if status == 200 else body)

    def put_with_blocked(name, body):
        text = body.decode("utf-8", errors="replace")
        if name in s3._buckets and not BLOCKED.search(text):
            text = text.replace("</Rule>", f"{BLOCKED.search(document(name)).group()}</Rule>")
        return put(name, text.encode())

    def dispatch_unless_blocked(method, bucket, key, headers, body, query_params):
        writes = method == "PUT" or (method == "POST" and "uploads" in query_params)
        if key and writes and headers.get(CUSTOMER_KEY) and bucket in s3._buckets:
            if "SSE-C" in BLOCKED.search(document(bucket)).group():
                return s3._error("AccessDenied", "Access Denied", 403)
        return dispatch(method, bucket, key, headers, body, query_params)

    s3._get_bucket_encryption, s3._put_bucket_encryption = get_with_blocked, put_with_blocked
    s3._dispatch = dispatch_unless_blocked
