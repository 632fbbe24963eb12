"""Runs ministack for `provisioner`, from a private virtual environment.

ministack's own `main` binds port 443 besides ours when it may, keeps its process id under /tmp, and
saves its state only when it ends well. This file serves the same ASGI application, and
  - owns a session of its own, so that Ctrl-C in a terminal does not reach it,
  - holds `server.lock` for as long as it lives: who finds the lock taken knows that it runs,
  - binds its port itself before it says which one it is, so nobody can take the port in between,
  - saves its state soon after each change, so that a crash or a power cut costs seconds,
  - with `--with-parent` ends, and removes its folder, when its standard input closes,
  - ends when its folder is removed, for then nobody could find it any more,
  - takes the processes of the functions with it when it ends.
"""

import argparse
import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
import traceback

HOST = "127.0.0.1"
PORT_TAKEN = 98  # the exit code by which our parent knows the reason
QUIET_SECONDS = 0.5  # no write for this long: a good moment to save
BUSY_SECONDS = 5.0  # save at least this often while writes keep coming
STOP_SECONDS = 3.0  # what open connections get to finish


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", required=True)
    parser.add_argument("--port", type=int, required=True, help="0: any free one")
    parser.add_argument("--only-this-port", action="store_true")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--with-parent", action="store_true")
    return parser.parse_args()


def hold_lock(path):
    """Takes the lock until this process ends: its descriptor is never closed."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(50):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except OSError:  # someone looks whether we run, or another one does run
            time.sleep(0.1)
    sys.exit(f"another server holds {path}")


def end_group():
    """Ends this process and every function it runs: they share its process group."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def end_with_parent(home):
    parent = os.dup(0)  # not inheritable: no function may keep it open
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)

    def watch():
        while os.read(parent, 1):
            pass
        shutil.rmtree(home, ignore_errors=True)
        end_group()

    threading.Thread(target=watch, daemon=True, name="with-parent").start()


def end_without_home(lock, path):
    """Who removes the folder by hand would leave a server that no command finds."""
    ours = os.fstat(lock)

    def watch():
        while True:
            time.sleep(2)
            try:
                if os.path.samestat(ours, os.stat(path)):
                    continue
            except FileNotFoundError:
                pass
            except OSError:
                continue
            end_group()

    threading.Thread(target=watch, daemon=True, name="without-home").start()


def bind(port, only_this_port):
    for candidate in [port] if only_this_port else [port, 0]:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listener.bind((HOST, candidate))
            # On macOS a port can be bound by two as long as only one listens.
            listener.listen(100)
            return listener
        except OSError as error:
            listener.close()
            print(f"port {candidate}: {error}", file=sys.stderr)
    sys.exit(PORT_TAKEN)


def announce(home, port):
    path = os.path.join(home, "server.json")
    with open(path + ".new", "w") as file:
        json.dump({"pid": os.getpid(), "port": port}, file)
    os.replace(path + ".new", path)


class State:
    """Saves ministack's state soon after it may have changed."""

    def __init__(self, ministack):
        self.ministack = ministack
        self.changed = None  # since when
        self.last_write = 0.0

    def touched(self):
        self.last_write = time.monotonic()
        self.changed = self.changed or self.last_write

    def save(self):
        self.changed = None
        self.ministack.save_all(self.ministack._build_persistence_save_dict())

    async def keep_saved(self):
        while True:
            await asyncio.sleep(0.25)
            now = time.monotonic()
            if self.changed and (now - self.last_write > QUIET_SECONDS or now - self.changed > BUSY_SECONDS):
                self.save()
                # A large state takes long to save: never spend more than a tenth of the time on it.
                await asyncio.sleep(10 * (time.monotonic() - now))


def raise_file_limit():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            pass  # the limit we have then has to do


def logs_need_their_group():
    """Logs of a function whose group is gone go nowhere, as on AWS for a role that may not create
    groups. ministack makes the group anew, without tags, and its retries of a failed event outlive the
    function: after `down` a group that belongs to nobody would appear."""
    from ministack.services import cloudwatch_logs, lambda_svc

    emit = lambda_svc._emit_lambda_logs

    def emit_into_existing(func, *arguments, **options):
        config = func.get("config") or func
        group = (config.get("LoggingConfig") or {}).get("LogGroup")
        group = group or f"/aws/lambda/{config.get('FunctionName')}"
        if group in cloudwatch_logs._log_groups:
            emit(func, *arguments, **options)

    lambda_svc._emit_lambda_logs = emit_into_existing


def alarms_are_found_by_tag():
    """The tagging service finds alarms by their tags, as on AWS. ministack keeps their tags and does not
    look among them."""
    from ministack.services import cloudwatch, tagging

    def collect():
        for arn, tags in cloudwatch._resource_tags.items():
            yield arn, [{"Key": key, "Value": value} for key, value in tags.items()]

    tagging._COLLECTORS.setdefault("cloudwatch", collect)


def alarms_are_described_whole():
    """DescribeAlarms tells everything about an alarm in XML too, as Terraform asks for it. ministack does so
    in CBOR and JSON alone, so Terraform would see every alarm drift."""
    from ministack.services import cloudwatch
    from xml.sax.saxutils import escape

    describe, parameter = cloudwatch._describe_alarms, cloudwatch._p

    def xml(key, value):
        if isinstance(value, dict):
            return "".join(f"<{name}>{xml(name, item)}</{name}>" for name, item in value.items() if item is not None)
        if isinstance(value, list):
            return "".join(f"<member>{xml(key, item)}</member>" for item in value)
        if isinstance(value, bool):
            return str(value).lower()
        return escape(cloudwatch._ts_iso(value) if key.endswith("Timestamp") else str(value))

    def whole(params, data, is_cbor, is_json=False):
        if is_cbor or is_json:
            return describe(params, data, is_cbor, is_json)
        asked = {name: parameter(params, name) for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")}
        for name in ("AlarmNames", "AlarmTypes"):
            items = [parameter(params, f"{name}.member.{number}") for number in range(1, 101)]
            asked[name] = [item for item in items if item]
        asked = {name: value for name, value in asked.items() if value}
        status, _, body = describe({}, asked, False, True)
        if status != 200:
            return describe(params, data, is_cbor, is_json)
        answer = xml("", json.loads(body))
        return cloudwatch._xml(200, "DescribeAlarmsResponse", f"<DescribeAlarmsResult>{answer}</DescribeAlarmsResult>")

    cloudwatch._describe_alarms = whole


def users_are_as_on_aws():
    """IAM deletes no user that still has something, and GetAccountAuthorizationDetails tells the permissions
    boundary. ministack looks at access keys and attached policies only, keeps the rest for the next user of that
    name, and leaves the boundary out."""
    from ministack.services import iam

    delete, details = iam._delete_user, iam._get_account_authorization_details

    def delete_user(p):
        name = iam._p(p, "UserName")
        groups = any(name in group.get("Users", []) for group in iam._groups.values())
        has = groups or iam._user_inline_policies.get(name) or iam._login_profiles.get(name)
        if name in iam._users and has:
            return iam._error(409, "DeleteConflict", "Cannot delete entity, must delete policies first.", ns="iam")
        return delete(p)

    def details_with_boundaries(p):
        status, headers, body = details(p)
        text = body.decode() if isinstance(body, bytes) else body
        for name, user in iam._users.items():
            if user.get("PermissionsBoundary"):
                boundary = (
                    "<PermissionsBoundary><PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>"
                    f"<PermissionsBoundaryArn>{user['PermissionsBoundary']}</PermissionsBoundaryArn></PermissionsBoundary>"
                )
                text = text.replace(f"<UserName>{name}</UserName>", f"<UserName>{name}</UserName>{boundary}")
        return status, headers, text.encode() if isinstance(body, bytes) else text

    for table in vars(iam).values():
        if isinstance(table, dict) and table.get("DeleteUser") is delete:
            table["DeleteUser"] = delete_user
            table["GetAccountAuthorizationDetails"] = details_with_boundaries


def serve(listener, certificate):
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config
    from ministack import app as ministack

    logs_need_their_group()
    alarms_are_found_by_tag()
    alarms_are_described_whole()
    users_are_as_on_aws()
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.certfile = config.keyfile = certificate
    config.keep_alive_timeout = 75
    config.graceful_timeout = STOP_SECONDS / 2
    state = State(ministack) if ministack.PERSIST_STATE else None

    async def application(scope, receive, send):
        await ministack.app(scope, receive, send)
        if state and scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            state.touched()

    async def until_stopped():
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        saver = loop.create_task(state.keep_saved()) if state else None
        await stop.wait()
        if state:
            saver.cancel()
            state.save()
        # Since Python 3.12 closing waits for idle connections too: set it an end.
        threading.Timer(STOP_SECONDS, end_group).start()

    asyncio.run(hypercorn_serve(application, config, shutdown_trigger=until_stopped, mode="asgi"))


def main():
    options = arguments()
    try:
        os.setsid()
    except PermissionError:
        pass  # already the leader of a group
    lock_path = os.path.join(options.home, "server.lock")
    end_without_home(hold_lock(lock_path), lock_path)
    if options.with_parent:
        end_with_parent(options.home)
    listener = bind(options.port, options.only_this_port)
    port = listener.getsockname()[1]
    # ministack reads these while it is imported, and hands the second one to the functions.
    os.environ["GATEWAY_PORT"] = str(port)
    os.environ["AWS_ENDPOINT_URL"] = f"https://{HOST}:{port}"
    announce(options.home, port)
    raise_file_limit()
    try:
        serve(listener, options.certificate)
    except BaseException:
        traceback.print_exc()
    end_group()


main()
