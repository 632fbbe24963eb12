"""S3: a bucket whose tags give rights (ABAC) takes tags only through S3 Control's TagResource.

ministack does not know GetBucketAbac and PutBucketAbac.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html
"""

import re


def tags_of_abac_buckets_are_resources():
    from ministack.services import s3

    dispatch = s3._dispatch

    def dispatch_with_abac(method, bucket, key, headers, body, query_params):
        there = None if key else s3._buckets.get(bucket)
        if there is None:
            return dispatch(method, bucket, key, headers, body, query_params)
        if "abac" in query_params and method in ("GET", "PUT"):
            if method == "PUT":
                found = re.search(rb"<Status>(Enabled|Disabled)</Status>", body)
                if not found:
                    return s3._error("MalformedXML", s3._MALFORMED_XML, 400)
                there["_abac"] = found.group(1).decode()
                return 200, {}, b""
            status = there.get("_abac", "Disabled")
            xml = f'<AbacStatus xmlns="{s3.S3_NS}"><Status>{status}</Status></AbacStatus>'
            return 200, {"Content-Type": "application/xml"}, xml.encode()
        if "tagging" in query_params and method in ("PUT", "DELETE") and there.get("_abac") == "Enabled":
            message = "The specified method is not allowed against this resource."
            return s3._error("MethodNotAllowed", message, 405)
        return dispatch(method, bucket, key, headers, body, query_params)

    s3._dispatch = dispatch_with_abac
