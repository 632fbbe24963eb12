"""Runs ministack for `provisioner`, from a private virtual environment.

ministack's own `main` binds port 443 besides ours when it may, keeps its process id under /tmp, and
saves its state only when it ends well. This program serves the same ASGI application, and
  - owns a session of its own, so that Ctrl-C in a terminal does not reach it,
  - holds `server.lock` for as long as it lives: who finds the lock taken knows that it runs,
  - binds its port itself before it says which one it is, so nobody can take the port in between,
  - serves nobody who has no key (gate.py), and lets no other user answer for a function (neighbours.py),
  - answers as AWS does where ministack does not (corrections/),
  - saves its state soon after each change, so that a crash or a power cut costs seconds (state.py),
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

import corrections
import gate
import neighbours
from state import State

HOST = "127.0.0.1"
PORT_TAKEN = 98  # the exit code by which our parent knows the reason
STOP_SECONDS = 3.0  # what open connections get to finish


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", required=True)
    parser.add_argument("--port", type=int, required=True, help="0: any free one")
    parser.add_argument("--only-this-port", action="store_true")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--root-key", required=True, help="the file with the root user's access key")
    parser.add_argument("--program", type=int, required=True, help="which program this is, to be told in server.json")
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


def announce(home, port, program):
    path = os.path.join(home, "server.json")
    with open(path + ".new", "w") as file:
        json.dump({"pid": os.getpid(), "port": port, "program": program}, file)
    os.replace(path + ".new", path)


def raise_file_limit():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            pass  # the limit we have then has to do


def serve(listener, certificate, root_key):
    root = gate.read_root_key(root_key)
    gate.know_root(root)
    neighbours.keep_out()
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config
    from ministack import app as ministack

    corrections.apply()
    served = gate.closed_to_strangers(ministack.app)
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.certfile = config.keyfile = certificate
    config.keep_alive_timeout = 75
    # By default a connection ends with its thousandth request, and what is under way on it is never answered.
    config.keep_alive_max_requests = sys.maxsize
    config.graceful_timeout = STOP_SECONDS / 2
    state = State(ministack) if ministack.PERSIST_STATE else None

    async def application(scope, receive, send):
        let_in = await served(scope, receive, send)
        if state and let_in and scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
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
    announce(options.home, port, options.program)
    raise_file_limit()
    try:
        serve(listener, options.certificate, options.root_key)
    except BaseException:
        traceback.print_exc()
    end_group()


main()
