"""Only who signs with a key that exists gets in.

A function of the local AWS is a process of the user who started it, so whoever may create one runs code as that
user, and every user of the machine can reach the port. ministack takes the key `test`, an account's number and no
key at all for the root user, checks no signature of theirs, and has doors of its own (`/_ministack/reset`) that know
no keys. Here every request is checked before ministack sees it, whatever it is for.
"""

import dataclasses
import hmac
import json
import secrets
import urllib.parse

from corrections import access_keys

HEALTH = "/_ministack/health"
LONGEST_UNHASHED = 128 << 20  # bytes of a body that is read before its signature is known to be good


@dataclasses.dataclass(frozen=True)
class RootKey:
    id: str
    secret: str


def read_root_key(path):
    with open(path) as file:
        key = json.load(file)
    return RootKey(key["access_key_id"], key["secret_access_key"])


def know_root(root):
    """The root user has this one key. Called before anything imports the names that it replaces."""
    from ministack.core import iam_evaluator, lambda_runtime

    def is_root(access_key_id):
        return hmac.compare_digest(access_key_id.encode(), root.id.encode())

    resolve = iam_evaluator.resolve_credential

    def resolve_credential(access_key_id, *arguments, **options):
        credential = resolve(access_key_id, *arguments, **options)
        if isinstance(credential, iam_evaluator.ResolvedCredential) and credential.principal_type == "Root":
            return dataclasses.replace(credential, secret_access_key=root.secret)
        return credential

    iam_evaluator.is_root_access_key = is_root
    iam_evaluator.resolve_credential = resolve_credential

    lambda_runtime.execution_credentials = execution_credentials(secrets.token_bytes(32))


def execution_credentials(salt):
    """A session of the function's role. ministack makes its secret of the function's name alone, which anybody can
    compute."""
    from ministack.services import sts

    def of(config):
        function, role = config["FunctionArn"], config.get("Role", "")

        def derived(what):
            return hmac.digest(salt, f"{what}:{function}:{role}".encode(), "sha256").hex()

        account, role_name = function.split(":")[4], role.rsplit("/", 1)[-1]
        session_name = config.get("FunctionName", "function")[:64]
        key = f"ASIA{derived('id')[:16].upper()}"
        session = {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}",
            "UserId": f"{role_name}:{session_name}",
            "SecretAccessKey": derived("secret"),
            "SessionToken": derived("token"),
        }
        sts.register_session(key, session)
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    return of


def closed_to_strangers(app):
    """The application behind the gate. Says whether it was let in."""

    async def served(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return False
        if scope["type"] == "http" and (scope["method"], scope["path"]) != ("GET", HEALTH):
            request = Request(scope)
            if request.is_signed() and not request.carries_its_hash():
                receive = await request.read(receive)
            refused = request.refusal()
            if refused:
                await answer(send, *refused)
                return False
        await app(scope, receive, send)
        return True

    return served


class Request:
    def __init__(self, scope):
        from ministack.core.sigv4 import decode_header_value

        self.method, self.path = scope["method"], scope["path"]
        self.raw_path = (scope.get("raw_path") or urllib.parse.quote(self.path).encode()).decode("latin-1")
        query = scope.get("query_string", b"").decode("latin-1")
        self.query = urllib.parse.parse_qs(query, keep_blank_values=True)
        self.body = b""
        self.headers = {}
        for name, value in scope.get("headers", []):
            name, value = name.decode("latin-1").lower(), decode_header_value(value)
            self.headers[name] = f"{self.headers[name]},{value}" if name in self.headers else value

    def is_presigned(self):
        return not self.headers.get("authorization") and "X-Amz-Algorithm" in self.query

    def is_signed(self):
        """Well or badly."""
        return self.is_presigned() or self.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 ")

    def carries_its_hash(self):
        """S3's clients send the hash of the body, or that they do not sign it: then it need not be read first."""
        declared = self.headers.get("x-amz-content-sha256", "")
        return "X-Amz-Signature" in self.query or declared and not declared.startswith("STREAMING-AWS4-")

    async def read(self, receive):
        """Reads the body and returns who hands it out once more."""
        parts, more = [], True
        while more and sum(map(len, parts)) <= LONGEST_UNHASHED:
            message = await receive()
            if message["type"] != "http.request":
                break
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        # One that is cut here has another signature.
        self.body = b"".join(parts)
        kept = [{"type": "http.request", "body": self.body, "more_body": False}]

        async def again():
            return kept.pop() if kept else await receive()

        return again

    def refusal(self):
        """Status, headers and body of the answer to a request without a good signature, in its service's protocol."""
        from ministack import app
        from ministack.core.router import detect_service

        failure = self.failure()
        if failure:
            service = detect_service(self.method, self.path, self.headers, self.query)
            return app._credential_failure(service, "", secrets.token_hex(16), failure, self.headers)

    def failure(self):
        from ministack.core import iam_evaluator, router, sigv4
        from ministack.core.iam_evaluator import AuthError

        presigned = self.is_presigned()
        if not self.is_signed():
            message = "The local AWS answers requests that are signed, and no others."
            return AuthError("MissingAuthenticationToken", message)
        if presigned:
            signature = sigv4.parse_query_signature(self.query)
            token = self.query.get("X-Amz-Security-Token", [""])[0]
        else:
            signature = sigv4.parse_header_signature(self.headers)
            token = self.headers.get("x-amz-security-token", "")
        if isinstance(signature, tuple):
            return AuthError(*signature)
        # ministack reads the key on its own: it must read the one that is checked here.
        if router.extract_access_key_id(self.headers, self.query) != signature.access_key_id or signature.region_set:
            return AuthError("UnsupportedSignature", "The request signature does not conform to AWS standards.")
        late = self.is_late(signature, presigned)
        if late:
            return AuthError(*late)
        credential = iam_evaluator.resolve_credential(signature.access_key_id, None, token)
        if isinstance(credential, iam_evaluator.CredentialResolutionError):
            if credential.code == "InvalidToken" and not token:
                credential = iam_evaluator._unknown_access_key()
            return AuthError(credential.code, credential.message)
        wrong = sigv4.header_signature_failure(
            signature, credential.secret_access_key, self.method, self.raw_path, self.query, self.headers, self.body,
            presigned=presigned,
        )
        if not wrong:
            access_keys.note_use(signature.access_key_id, signature.region, signature.service)
        return AuthError(*wrong) if wrong else None

    def is_late(self, signature, presigned):
        from ministack.core import sigv4

        if not presigned:
            return sigv4.request_time_failure(signature)
        try:
            expired = sigv4.presigned_request_is_expired(signature.amz_date, self.query["X-Amz-Expires"][0])
        except (KeyError, ValueError):
            expired = True
        return ("RequestExpired", "Request has expired") if expired else None


async def answer(send, status, headers, body):
    headers = [(name.encode(), value.encode()) for name, value in {**headers, "content-length": str(len(body))}.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
