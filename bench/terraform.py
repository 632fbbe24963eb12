#!/usr/bin/env python3
"""up / plan / up again / down against terraform apply / plan / apply again / destroy, in one run on one endpoint.

Wall seconds, CPU seconds and peak memory of each command at 0 and 100 ms added latency, the AWS calls it makes,
the longest chain of calls that wait for one another, and what must be downloaded before the first run; beneath
the table how many times less provisioner takes, beside the targets. A missed target is printed and is no failure.

CPU and memory are those of all processes of the command, Terraform's provider included. Memory is the largest
sum of resident memory that a look every 20 ms saw. 0 ms is without the proxy (crates/testkit/examples/proxy.rs).

Uses AWS_ENDPOINT_URL and AWS_CA_BUNDLE if they are set, else the AWS of `provisioner local start`; terraform, or
else tofu. The stack is called bench-tf, is that of config.toml, and is made and removed three times by each tool.
Both are given the same package of the function; neither builds it. It takes about six minutes.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
STACK = "bench-tf"
PAGE = os.sysconf("SC_PAGE_SIZE")
LATENCY = 100  # ms
QUIET = 700  # ms without a new call that end a round of --lockstep
TARGETS = {"wall": 20, "CPU": 50, "memory": 10}
# what the two are asked for: of provisioner, of Terraform
PAIRS = {
    "up / apply": (["up", "--yes"], ["apply", "-auto-approve", "-input=false", "-no-color"]),
    "plan, no changes": (["plan"], ["plan", "-detailed-exitcode", "-input=false", "-no-color"]),
    "up / apply, no changes": (["up", "--yes"], ["apply", "-auto-approve", "-input=false", "-no-color"]),
    "down / destroy": (["down", "--yes", "--delete-data"], ["destroy", "-auto-approve", "-input=false", "-no-color"]),
}


@dataclasses.dataclass
class Measure:
    """What one run of one command took."""

    wall: float
    cpu: float
    memory: int
    output: str
    status: int


def children(pid):
    """The processes that any thread of this one started."""
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        yield from map(int, task.read_text().split())


def resident(pid):
    """Bytes of resident memory of the process and all that it started; what ends meanwhile counts nothing."""
    try:
        own = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        return own + sum(map(resident, children(pid)))
    except (OSError, IndexError):
        return 0


def run(command):
    """Runs the command to its end and measures it."""
    peak = 0
    ended = threading.Event()
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

        def look():
            nonlocal peak
            while not ended.wait(0.02):
                peak = max(peak, resident(process.pid))

        watcher = threading.Thread(target=look)
        watcher.start()
        # The usage of what the command itself waited for is in it: Terraform waits for its provider.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watcher.join()
        output.seek(0)
        # The kernel's peak of the largest process misses nothing between two looks.
        peak = max(peak, usage.ru_maxrss * 1024)
        text = output.read().decode(errors="replace")
        return Measure(wall, usage.ru_utime + usage.ru_stime, peak, text, process.returncode)


def checked(command, **options):
    """Output of a command that has to work."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}")
    return done.stdout


def weight(*paths):
    """Bytes of all files in these paths, as they are and compressed as a zip does."""
    plain = packed = 0
    for path in map(pathlib.Path, paths):
        # A provider from a mirror on this machine is a link to its folder.
        walk = os.walk(path, followlinks=True)
        files = [path] if path.is_file() else [pathlib.Path(at, name) for at, _, names in walk for name in names]
        for file in files:
            packer = zlib.compressobj()
            with file.open("rb") as source:
                while piece := source.read(1 << 20):
                    plain += len(piece)
                    packed += len(packer.compress(piece))
            packed += len(packer.flush())
    return plain, packed


class Bench:
    """Both tools in a folder of their own, and the ways to run them."""

    def __init__(self, arguments, folder):
        self.provisioner = str(pathlib.Path(arguments.provisioner).resolve())
        self.proxy = str(pathlib.Path(arguments.proxy).resolve())
        self.folder = pathlib.Path(folder)
        self.tool = shutil.which("terraform") or shutil.which("tofu")
        if not self.tool:
            sys.exit("neither terraform nor tofu is installed")
        self.name = os.path.basename(self.tool)
        if not os.environ.get("AWS_ENDPOINT_URL"):
            lines = subprocess.run([self.provisioner, "local", "start"], stdout=subprocess.PIPE, text=True, check=True)
            os.environ.update(re.findall(r"^export (\w+)=(.*)$", lines.stdout, re.MULTILINE))
        hcl = self.folder / "terraform"
        hcl.mkdir()
        for file in (ROOT / "terraform").glob("*.tf"):
            if file.name not in ("imports.tf", "imports_override.tf"):
                shutil.copy(file, hcl)
        if self.name == "terraform":  # OpenTofu's registry is another
            shutil.copy(ROOT / "terraform/.terraform.lock.hcl", hcl)
        shutil.copy(ROOT / "config.toml", self.folder)
        # One package for both; built from the checkout unless PROVISIONER_BOOTSTRAP names a compiled function.
        package = hcl / "function.zip"
        checked([self.provisioner, "--stack", STACK, "package", "--output", package], cwd=ROOT)
        os.environ["PROVISIONER_BOOTSTRAP"] = str(package)
        checked([self.provisioner, "--stack", STACK, "export", "tfvars"], cwd=self.folder)
        checked([self.tool, "-chdir=terraform", "init", "-input=false"], cwd=self.folder)

    def command(self, pair, which):
        """The command line of one of the two."""
        arguments = PAIRS[pair][which]
        if which:
            return [self.tool, "-chdir=terraform", *arguments]
        return [self.provisioner, "--stack", STACK, *arguments]

    def measure(self, pair, which, pace):
        """What the command took, and what the proxy counted."""
        command = [sys.executable, __file__, "--measure", self.folder / "measure", "--", *self.command(pair, which)]
        if pace:
            command = [self.proxy, *pace, "--report", self.folder / "report", "--", *command]
        print(f"{' '.join(pace):<15} {self.called(which)} {PAIRS[pair][which][0]}", file=sys.stderr)
        checked(command, cwd=self.folder)
        measure = Measure(**json.loads((self.folder / "measure").read_text()))
        if measure.status:
            sys.exit(f"{self.called(which)} {PAIRS[pair][which][0]} failed ({measure.status}):\n{measure.output}")
        return measure, json.loads((self.folder / "report").read_text()) if pace else None

    def called(self, which):
        """The name of one of the two."""
        return (pathlib.Path(self.provisioner).name, self.name)[which]


def times(ratio):
    """A ratio as people read it."""
    return f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"


def report(bench, free, slow, chains):
    """The table, and the ratios beside the targets."""
    print(f"{'':<30}{'calls':>6}{'chain':>6}", end="")
    for latency in (0, LATENCY):
        print(f" |{f'{latency} ms: wall':>13}{'CPU':>9}{'memory':>9}", end="")
    print()
    for pair in PAIRS:
        for which in (0, 1):
            again = ", no changes" if pair.endswith("no changes") else ""
            label = f"{bench.called(which)} {PAIRS[pair][which][0]}{again}"
            line = f"{label:<30}{chains[pair, which]['calls']:>6}{chains[pair, which]['chain']:>6}"
            for at in (free[pair, which], slow[pair, which]):
                line += f" |{at.wall:>11.2f} s{at.cpu:>7.2f} s{at.memory / 1e6:>6.0f} MB"
            print(line)

    print(f"\n{'needed before the first run':<30}{'as a zip':>12}{'unpacked':>12}")
    sizes = [weight(bench.provisioner), weight(bench.tool, bench.folder / "terraform/.terraform/providers")]
    for which, (plain, packed) in enumerate(sizes):
        label = bench.called(which) + (" and provider" if which else "")
        print(f"{label:<30}{packed / 1e6:>9.1f} MB{plain / 1e6:>9.1f} MB")
    print(f"{'times less':<30}{times(sizes[1][1] / sizes[0][1]):>12}{times(sizes[1][0] / sizes[0][0]):>12}")

    heads = "".join(f"{f'{name} (target {goal}x)':>22}" for name, goal in TARGETS.items())
    print(f"\n{'how many times less':<30}{heads}")
    for latency, measures in ((0, free), (LATENCY, slow)):
        for pair in PAIRS:
            ours, theirs = measures[pair, 0], measures[pair, 1]
            line = f"{f'{pair}, {latency} ms':<30}"
            ratios = (theirs.wall / ours.wall, theirs.cpu / ours.cpu, theirs.memory / ours.memory)
            for ratio, goal in zip(ratios, TARGETS.values()):
                line += f"{times(ratio) + (' met' if ratio >= goal else ' missed'):>22}"
            print(line)

    print()
    for latency, measures in ((0, free), (LATENCY, slow)):
        settled = lifecycle_wait(measures["up / apply", 1].output)
        if settled:
            ours, theirs = measures["up / apply", 0].wall, measures["up / apply", 1].wall
            print(
                f"{latency:>3} ms: {settled} of the {theirs:.0f} s of apply the provider waits until lifecycle rules "
                f"have settled; the rest is {times((theirs - settled) / ours)} the time of up."
            )


def lifecycle_wait(output):
    """Seconds that the slowest lifecycle rule took, in the words of `apply`."""
    found = re.findall(r"lifecycle_configuration\S*: Creation complete after (?:(\d+)m)?(\d+)s", output)
    return max((int(minutes or 0) * 60 + int(seconds) for minutes, seconds in found), default=0)


def main():
    """Measures one command (`--measure`), or everything."""
    if sys.argv[1:2] == ["--measure"]:
        pathlib.Path(sys.argv[2]).write_text(json.dumps(dataclasses.asdict(run(sys.argv[4:]))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("provisioner", nargs="?", default=ROOT / "target/release/provisioner")
    parser.add_argument("--proxy", help="the built example; cargo builds it without this")
    arguments = parser.parse_args()
    if not arguments.proxy:
        checked(["cargo", "build", "--quiet", "--workspace", "--release", "--example", "proxy"], cwd=ROOT)
        arguments.proxy = ROOT / "target/release/examples/proxy"
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        results = []
        try:
            for pace in ([], ["--latency", str(LATENCY)], ["--lockstep", str(QUIET)]):
                results.append({(pair, which): bench.measure(pair, which, pace) for which in (0, 1) for pair in PAIRS})
        except BaseException:  # the state goes with the folder; what Terraform made, provisioner removes
            subprocess.run(bench.command("down / destroy", 0), cwd=folder, check=False)
            raise
        free, slow = ({key: measure for key, (measure, _) in result.items()} for result in results[:2])
        report(bench, free, slow, {key: counted for key, (_, counted) in results[2].items()})


if __name__ == "__main__":
    main()
