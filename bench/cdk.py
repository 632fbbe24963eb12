#!/usr/bin/env python3
"""up / plan / up again / down against cdk deploy / diff / deploy again / destroy, in one run on the local AWS.

Wall seconds, CPU seconds and peak memory of each command, and of `cdk drift`; what must be downloaded before the first run.
`bench/cdk/app.js` is the stack of config.toml in CDK. On AWS `deploy` and `destroy` also wait for CloudFormation, which takes
minutes there; the local one answers at once, so these numbers are of the tool alone. What `cdk bootstrap` makes, once for
each account and region, is not in them, but has a line.

Node and npm must be installed; npm fetches CDK. The local AWS is one of its own, which is removed with all in it.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from terraform import ROOT, checked, run, weight

PAIRS = {
    "creates": (["up", "--yes"], ["deploy", "--require-approval", "never"]),
    "plans no change": (["plan"], ["diff"]),
    "looks for drift": (["plan"], ["drift"]),
    "changes nothing": (["up", "--yes"], ["deploy", "--require-approval", "never"]),
    "removes": (["down", "--yes", "--delete-data"], ["destroy", "--force"]),
}
ROUNDS = 3


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("provisioner", nargs="?", default=ROOT / "target/release/provisioner")
    provisioner = str(pathlib.Path(parser.parse_args().provisioner).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for file in (ROOT / "bench/cdk").iterdir():
            shutil.copy(file, folder)
        shutil.copy(ROOT / "config.toml", folder)
        print(checked(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder), end="")
        os.environ["PROVISIONER_LOCAL_HOME"] = str(folder / "aws")
        started = subprocess.run([provisioner, "local", "start"], stdout=subprocess.PIPE, text=True, check=True)
        os.environ.update(re.findall(r"^export (\w+)=(.*)$", started.stdout, re.MULTILINE))
        try:
            bench(provisioner, folder)
        finally:
            checked([provisioner, "local", "stop"])


def bench(provisioner, folder):
    """Both tools in `folder`, in turns."""
    package = folder / "function.zip"
    checked([provisioner, "--stack", "bench-cdk", "package", "--output", package], cwd=ROOT)
    region = os.environ["AWS_REGION"]
    os.environ.update(
        PROVISIONER_BOOTSTRAP=str(package), FUNCTION_ZIP=str(package), CDK_DEFAULT_ACCOUNT="000000000000",
        CDK_DEFAULT_REGION=region, NODE_EXTRA_CA_CERTS=os.environ["AWS_CA_BUNDLE"], CDK_DISABLE_VERSION_CHECK="1",
        NODE_NO_WARNINGS="1",
    )
    os.chdir(folder)
    cdk = [str(folder / "node_modules/.bin/cdk"), "--no-color", "--no-notices", "--ca-bundle-path", os.environ["AWS_CA_BUNDLE"]]
    tools = [[provisioner, "--stack", "bench-us"], cdk]

    def measured(command):
        measure = run(command)
        if measure.status:
            raise SystemExit(f"{' '.join(command)} failed ({measure.status}):\n{measure.output}")
        return measure

    once = measured([*cdk, "bootstrap", f"aws://000000000000/{region}"])
    best = {}
    for _ in range(ROUNDS):
        for pair, arguments in PAIRS.items():
            for which, tool in enumerate(tools):
                measure = measured([*tool, *arguments[which]])
                best[pair, which] = min(best.get((pair, which), measure), measure, key=lambda one: one.wall)

    print(f"the best of {ROUNDS}; cdk {checked([cdk[0], '--version']).split()[0]}, node {checked(['node', '--version']).strip()}\n")
    print(f"{'':<18}" + "".join(f"{head:<24}{'wall':>8}{'CPU':>9}{'memory':>9}   " for head in ("provisioner", "cdk")))
    for pair, arguments in PAIRS.items():
        line = f"{pair:<18}"
        for which in (0, 1):
            one = best[pair, which]
            line += f"{arguments[which][0]:<24}{one.wall:>6.2f} s{one.cpu:>7.2f} s{one.memory / 1e6:>6.0f} MB   "
        print(line.rstrip())
    print(f"{'once':<62}{'bootstrap':<24}{once.wall:>6.2f} s{once.cpu:>7.2f} s{once.memory / 1e6:>6.0f} MB")
    print("\nneeded before the first run, as a zip and unpacked:")
    for name, path in (("provisioner", provisioner), ("cdk, without Node", folder / "node_modules")):
        plain, packed = weight(path)
        print(f"{name:<18}{packed / 1e6:>8.1f} MB{plain / 1e6:>8.1f} MB")


if __name__ == "__main__":
    main()
