"""S3: keys that XML cannot carry.

A key may hold control characters. ListObjectVersions and ListMultipartUploads answer `encoding-type=url` as ListObjects
does, with percent-encoded keys, prefixes and markers. ministack ignores it there, and writes XML that no parser reads.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

import contextvars
from xml.etree.ElementTree import Element

ENCODED = {"Key", "Prefix", "Delimiter", "KeyMarker", "NextKeyMarker"}
LISTINGS = {"ListVersionsResult", "ListMultipartUploadsResult"}
MAX_KEY_BYTES = 1024

encoding = contextvars.ContextVar("encoding", default=None)


def listings_encode_keys():
    from ministack.services import s3

    write = s3._xml_body

    def write_encoded(root):
        if encoding.get() and root.tag in LISTINGS:
            for element in root.iter():
                if element.tag in ENCODED and element.text:
                    element.text = s3._url_encode(element.text)
            told = Element("EncodingType")
            told.text = encoding.get()
            root.append(told)
        return write(root)

    def encoded(list_them):
        def answer(bucket_name, query_params):
            token = encoding.set(s3._qp(query_params, "encoding-type", ""))
            try:
                return list_them(bucket_name, query_params)
            finally:
                encoding.reset(token)

        return answer

    s3._xml_body = write_encoded
    s3._list_object_versions = encoded(s3._list_object_versions)
    s3._list_multipart_uploads = encoded(s3._list_multipart_uploads)


def requests_are_checked():
    """A key of more than 1,024 bytes and an encoding type other than `url` are refused. ministack takes both."""
    from ministack.services import s3

    check = s3.validate_object_request

    def refusal(method, path, headers, query_params):
        _, key = s3._parse_bucket_key(path, headers)
        size = len((key or "").encode())
        if size > MAX_KEY_BYTES:
            sizes = {"Size": str(size), "MaxSizeAllowed": str(MAX_KEY_BYTES)}
            return s3._error("KeyTooLongError", "Your key is too long", 400, extra=sizes)
        asked = s3._qp(query_params, "encoding-type", "url")
        if asked != "url":
            told = {"ArgumentName": "encoding-type", "ArgumentValue": asked}
            return s3._error("InvalidArgument", "Invalid Encoding Method specified in Request", 400, extra=told)
        return check(method, path, headers, query_params)

    s3.validate_object_request = refusal
