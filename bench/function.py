#!/usr/bin/env python3
"""The function beside the usual way to write it: Python with boto3 and the package `exif`. One command, one table.

    bench/function.py [--warm N] [--shares 128,512,1769] [--rate EUR_PER_USD] [--init-connection]

Both run here in turns, on one processor of their own, behind one Runtime API and one S3 over TLS that this program plays
on another processor. A share of the processor is what Lambda gives so many megabytes: 1,769 MB are one
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html); it is set with a cgroup, which takes root.
There is no network and S3 answers at once, so that the times are those of the function alone.

Needs Linux, Pillow, openssl, and `cargo build --package function --bin bootstrap --profile lambda` (BOOTSTRAP names
another one). The Python side gets an environment of its own in target/, by pip.
"""

import argparse
import http.server
import io
import json
import os
import pathlib
import queue
import signal
import socketserver
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECRET = b"SECRETofTHEpicture"
SIZES = (0.2, 3, 12)  # MB
# https://aws.amazon.com/lambda/pricing/, us-east-1, x86, as of 2026-05: a GB-second, and a request.
GB_SECOND, REQUEST = 0.0000166667, 0.20 / 1_000_000
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:f"
PYTHON_WAY = '''
import os, urllib.parse
import boto3, exif
s3 = boto3.client("s3")
def handler(event, context):
    for record in event["Records"]:
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        picture = exif.Image(s3.get_object(Bucket=record["s3"]["bucket"]["name"], Key=key)["Body"].read())
        picture.delete_all()
        s3.put_object(Bucket=os.environ["DESTINATION_BUCKET"], Key=key, Body=picture.get_file(), ContentType="image/jpeg")
'''


def picture(megabytes, orientation=1):
    """A JPEG of about so many megabytes, with detail as a camera's, and EXIF."""
    pixels = {0.2: (1280, 960), 3: (4032, 3024), 12: (8064, 6048)}[megabytes]
    noise = [Image.effect_noise((pixels[0] // 4, pixels[1] // 4), sigma).resize(pixels) for sigma in (60, 40, 30)]
    image = Image.merge("RGB", noise)
    block = Image.Exif()
    block[0x010F], block[0x0112] = SECRET.decode(), orientation
    block.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2)})
    low, high = 5, 100
    while high - low > 1:
        quality, out = (low + high) // 2, io.BytesIO()
        image.save(out, "JPEG", quality=quality, exif=block)
        low, high = (quality, high) if out.tell() < megabytes * 1e6 else (low, quality)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=low, exif=block)
    return out.getvalue()


# ---- what stands around the function


class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # The function is stopped while it waits: its connections end.


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # Head and body in one piece.

    def log_message(self, *_):
        pass

    def handle_expect_100(self):
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while length := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(length))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class RuntimeApi(Handler):
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    def do_GET(self):
        self.server.asked.put(time.perf_counter())
        event = self.server.events.get()
        self.server.handed = time.perf_counter()
        self.answer(200, json.dumps(event).encode(), Lambda_Runtime_Aws_Request_Id="8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                    Lambda_Runtime_Deadline_Ms=str(int((time.time() + 900) * 1000)),
                    Lambda_Runtime_Invoked_Function_Arn=ARN, Content_Type="application/json")

    def do_POST(self):
        told = self.body()
        self.server.told.put((time.perf_counter() - self.server.handed, self.path, told))
        self.answer(202)


class S3(Handler):
    def do_GET(self):
        self.answer(200, self.server.objects[self.path.split("/", 2)[2].split("?")[0]], ETag='"e"', Content_Type="image/jpeg",
                    Last_Modified="Mon, 02 Jan 2006 15:04:05 GMT")

    def do_PUT(self):
        body = self.body()
        self.server.leaked += SECRET in body
        self.server.written += 1
        self.answer(200, ETag='"w"')


def serve(handler, context=None):
    server = Threads(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def certificate(folder):
    """A certificate authority and what it issued to 127.0.0.1."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=bench")
    openssl("req", *key, "-keyout", "s3.key", "-out", "s3.csr", "-subj", "/CN=127.0.0.1")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "s3.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "s3.pem",
            "-days", "2", "-extfile", "san")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "s3.pem", folder / "s3.key")
    return context


class Share:
    """A cgroup with so much of a processor; all of one where `megabytes` is None."""

    PERIOD = 20_000  # microseconds

    def __init__(self, megabytes):
        self.procs = None
        if megabytes is None:
            return
        quota = max(1_000, self.PERIOD * megabytes // 1769)
        for place, limits in (("/sys/fs/cgroup/cpu", {"cpu.cfs_period_us": self.PERIOD, "cpu.cfs_quota_us": quota}),
                              ("/sys/fs/cgroup", {"cpu.max": f"{quota} {self.PERIOD}"})):
            folder = pathlib.Path(place) / f"bench-function-{os.getpid()}-{megabytes}"
            try:
                folder.mkdir(exist_ok=True)
                for name, value in limits.items():
                    (folder / name).write_text(str(value))
                self.procs = folder / "cgroup.procs"
                return
            except OSError:
                if folder.exists():
                    folder.rmdir()
        raise OSError("no cgroup for the processor can be made here; run as root on Linux")


class Sandbox:
    """One function, started, as Lambda keeps it."""

    def __init__(self, way, world, share, memory):
        self.api = serve(RuntimeApi)
        self.api.asked, self.api.events, self.api.told = queue.Queue(), queue.Queue(), queue.Queue()
        environment = {
            "PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
            "AWS_ENDPOINT_URL": f"https://127.0.0.1:{world.s3.server_port}", "AWS_CA_BUNDLE": str(world.folder / "ca.pem"),
            "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c", "SOURCE_BUCKET": "a", "DESTINATION_BUCKET": "b",
            "LAMBDA_TASK_ROOT": str(world.folder), "PYTHONPATH": str(world.folder), **way.environment,
        }

        # A shell that waits, so that its own start is not counted.
        launcher = '[ -z "$CGROUP" ] || echo $$ >"$CGROUP"; echo; read -r _; exec "$@" </dev/null >/dev/null 2>&1'
        environment["CGROUP"] = str(share.procs or "")
        others = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {0})
        self.child = subprocess.Popen(["sh", "-c", launcher, "sh", *way.command], env=environment, cwd=world.folder,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.sched_setaffinity(0, others)
        self.child.stdout.readline()
        start = time.perf_counter()
        self.child.stdin.write(b"\n")
        self.child.stdin.flush()
        self.init = self.api.asked.get(timeout=120) - start

    def invoke(self, key):
        """Seconds; None when it was refused."""
        record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "a"}, "object": {"key": key}}}
        self.api.events.put({"Records": [record]})
        seconds, path, told = self.api.told.get(timeout=600)
        if not path.endswith("/response"):
            sys.exit(f"error: {key}: {told[:500]!r}")
        if (json.loads(told) or {}).get("rejected"):
            seconds = None
        self.api.asked.get(timeout=600)  # It asks for the next one: what it does behind its answer is over.
        return seconds

    def peak(self):
        """Megabytes resident at most."""
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def stop(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()
        self.api.shutdown()
        self.api.server_close()


class Way:
    def __init__(self, name, command, package, environment=None):
        self.name, self.command, self.package, self.environment = name, command, package, environment or {}


class World:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.s3 = serve(S3, certificate(self.folder))
        self.s3.objects = {f"{size}.jpg": picture(size) for size in SIZES}
        self.s3.objects |= {f"{size}-turned.jpg": picture(size, orientation=6) for size in SIZES}
        self.s3.leaked = self.s3.written = 0
        (self.folder / "handler.py").write_text(PYTHON_WAY)


def zipped(files):
    """Megabytes of a package with these files, by their names in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, path in files:
            package.write(path, name)
    return out.tell() / 1e6


def ours():
    bootstrap = pathlib.Path(os.environ.get("BOOTSTRAP") or ROOT / "target/lambda/bootstrap").resolve()
    if not bootstrap.exists():
        sys.exit(f"error: {bootstrap} is not there: cargo build --package function --bin bootstrap --profile lambda")
    return Way("provisioner", [str(bootstrap)], zipped([("bootstrap", bootstrap)]))


def pythons():
    home = ROOT / "target/bench-function"
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "boto3", "exif", "awslambdaric"], check=True)
    packages = pathlib.Path(subprocess.check_output(
        [python, "-c", "import exif, pathlib; print(pathlib.Path(exif.__file__).parent.parent)"], text=True).strip())
    # boto3 and the Runtime Interface Client are in Lambda's runtime; `exif` and what it needs is uploaded.
    own = [(str(path.relative_to(packages)), path) for name in ("exif", "plum") for path in (packages / name).rglob("*.py")]
    version = subprocess.check_output([python, "-V"], text=True).strip()
    return Way(f"{version}, boto3, exif", [str(python), "-m", "awslambdaric", "handler.handler"], zipped(own))


# ---- the measurement


def share_line(way, world, megabytes, rounds, warm):
    """Starts it some times, and gives milliseconds: init, first event, warm median and 99th percentile, and the peak."""
    share, memory = Share(megabytes), megabytes or 1769
    init, first, later, peak = [], [], [], 0
    for _ in range(rounds):
        sandbox = Sandbox(way, world, share, memory)
        init.append(sandbox.init)
        first.append(sandbox.invoke("3.jpg"))
        later += [sandbox.invoke("3.jpg") for _ in range(warm)]
        peak = max(peak, sandbox.peak())
        sandbox.stop()
    later.sort()
    milliseconds = [1000 * seconds for seconds in (statistics.median(init), statistics.median(first),
                                                   statistics.median(later), later[int(len(later) * 0.99)])]
    return (*milliseconds, peak)


def million(way, world, megabytes, key, times):
    """Milliseconds of one warm picture, and dollars for a million at this memory."""
    sandbox = Sandbox(way, world, Share(megabytes), megabytes)
    sandbox.invoke(key)
    all_of_them = [sandbox.invoke(key) for _ in range(times)]
    sandbox.stop()
    if None in all_of_them:
        return None, None
    seconds = statistics.median(all_of_them)
    return 1000 * seconds, 1_000_000 * (REQUEST + seconds * megabytes / 1024 * GB_SECOND)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--warm", type=int, default=30, metavar="N", help="warm events a start (30)")
    arguments.add_argument("--rounds", type=int, default=5, metavar="N", help="starts (5)")
    arguments.add_argument("--shares", default="128,512,1769", metavar="MB,...", help="memory sizes (128,512,1769)")
    arguments.add_argument("--rate", type=float, default=0.86, help="euros for a dollar: AWS publishes dollars (0.86)")
    arguments.add_argument("--only", choices=["provisioner", "python"], help="one of the two")
    options = arguments.parse_args()
    shares = [int(share) for share in options.shares.split(",")]
    ways = [make() for name, make in (("provisioner", ours), ("python", pythons)) if options.only in (None, name)]
    if os.cpu_count() > 1:
        os.sched_setaffinity(0, set(range(1, os.cpu_count())))
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        print("A picture of 3 MB, upright; milliseconds, and megabytes at the peak.\n")
        print(f"| {'processor':<16} | {'function':<28} | {'init':>7} | {'first':>7} | {'warm':>7} | {'p99':>7} | {'peak':>5} |")
        print("|---|---|--:|--:|--:|--:|--:|")
        for megabytes in (None, *shares):
            label = "one, whole" if megabytes is None else f"share of {megabytes} MB"
            for way in ways:
                init, first, warm, p99, peak = share_line(way, world, megabytes, options.rounds, options.warm)
                print(f"| {label:<16} | {way.name:<28} | {init:7.1f} | {first:7.1f} | {warm:7.1f} | {p99:7.1f} | {peak:5.0f} |",
                      flush=True)
        print("\nA million pictures, by the price of warm invocations (no network: S3's time comes on top); dollars and euros.\n")
        print(f"| {'memory':<8} | {'picture':<14} | {'function':<28} | {'ms':>7} | {'USD':>7} | {'EUR':>7} |")
        print("|---|---|---|--:|--:|--:|")
        for megabytes in shares:
            for size in SIZES:
                for key, label in ((f"{size}.jpg", f"{size} MB"), (f"{size}-turned.jpg", f"{size} MB, turned")):
                    for way in ways:
                        # The package `exif` loses the orientation: the picture lies on its side, and costs the same.
                        if "turned" in key and way.name != "provisioner":
                            continue
                        times = 5 if size == 12 else 15
                        milliseconds, dollars = million(way, world, megabytes, key, times)
                        numbers = ["refused", "", ""]  # It does not fit into so much memory.
                        if dollars is not None:
                            numbers = [f"{milliseconds:.1f}", f"{dollars:.2f}", f"{dollars * options.rate:.2f}"]
                        print(f"| {megabytes:<8} | {label:<14} | {way.name:<28} | " +
                              " | ".join(f"{number:>7}" for number in numbers) + " |", flush=True)
        print()
        for way in ways:
            print(f"{way.name}: package of {way.package:.2f} MB")
        if world.s3.leaked:
            print(f"{world.s3.leaked} of {world.s3.written} pictures that were written still had the secret of their EXIF")


if __name__ == "__main__":
    main()
