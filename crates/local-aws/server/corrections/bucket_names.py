"""S3: whose bucket a call means, and whose a name is.

A call that names the owner it expects is refused when the bucket is of another account, and names that end with
`-an` are in the namespace of one account and region. ministack knows neither.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
"""


def owners_and_namespaces_are_checked():
    from ministack.services import s3

    dispatch, create = s3._dispatch, s3._create_bucket

    def dispatch_if_owned(method, bucket, key, headers, body, query_params):
        expected = headers.get("x-amz-expected-bucket-owner")
        owner = bucket and expected and s3._bucket_owner_account(bucket)
        if owner and owner != expected:
            return s3._error("AccessDenied", "Access Denied", 403)
        return dispatch(method, bucket, key, headers, body, query_params)

    def create_in_namespace(name, body, headers, *arguments, **options):
        region = s3._constraint_region(s3._location_constraint(body)) or s3.get_region()
        regional = headers.get("x-amz-bucket-namespace") == "account-regional"
        if regional and not name.endswith(f"-{s3.get_account_id()}-{region}-an"):
            message = "The requested bucket name does not end with your account regional suffix."
            return s3._error("InvalidBucketName", message, 400, f"/{name}")
        if name.endswith("-an") and not regional:
            message = "Bucket names that end with -an are reserved for account regional namespaces."
            return s3._error("InvalidBucketName", message, 400, f"/{name}")
        return create(name, body, headers, *arguments, **options)

    s3._dispatch, s3._create_bucket = dispatch_if_owned, create_in_namespace
