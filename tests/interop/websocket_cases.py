"""The Autobahn WebSocket cases, run by kosoku, against the codec of router and client: against the echo `websocket_echo` as a server,
and as the fuzzing server of which it is the client. None may be FAILED, WRONG CODE, UNCLEAN or the like.

Of 12.* and 13.* (compression) the message sizes up to 1 KiB of each kind are run, for time's sake: `--all` runs the rest too.

Usage: python websocket_cases.py PATH/TO/websocket_echo [--all]
"""

import collections
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

ECHO = sys.argv[1]
KOSOKU = str(pathlib.Path(sys.executable).parent / "kosoku")
PLAIN = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]
SIZES = range(1, 19) if "--all" in sys.argv else range(1, 7)
# In these the case itself stops before it connects: of an empty message it takes a hash that Python 3 does not take of a text.
BROKEN = [f"13.{kind}.{size}" for kind in (2, 5, 6, 7) for size in (1, 2)]
COMPRESSED = [f"{part}.{kind}.{size}" for part, kinds in ((12, 5), (13, 7)) for kind in range(1, kinds + 1) for size in SIZES]
COMPRESSED = [case for case in COMPRESSED if case not in BROKEN]
EXPECTED = 301 + len(COMPRESSED)
# The fuzzing server declines our offer in the cases that want the client to limit itself unasked, which is left to the client.
DECLINED = {"client": ("13.2.", "13.5.", "13.6."), "server": ()}
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}
PATIENCE = 600
passed = failed = 0


def judge(folder, side):
    """Counts what is in a report; compression that was declined is no success."""
    global passed, failed
    index = folder / "index.json"
    cases = [case for agent in json.loads(index.read_text()).values() for case in agent.items()] if index.exists() else []
    behaviours = collections.Counter()
    for name, case in cases:
        found = {case["behavior"], case["behaviorClose"]}
        behaviours.update([case["behavior"]])
        if found - {"UNIMPLEMENTED"} <= GOOD and name.startswith(DECLINED[side]):
            continue
        if not found <= GOOD:
            failed += 1
            print(f"  FAILED  {side}, case {name}: {case['behavior']}, closing {case['behaviorClose']}")
    passed += len(cases)
    if len(cases) != EXPECTED:
        failed += 1
        print(f"  FAILED  {side}: {len(cases)} cases were run, {EXPECTED} were expected")
    print(f"  {side}: {dict(behaviours)}")


def kosoku(mode, address, folder):
    cases = [argument for case in PLAIN + COMPRESSED for argument in ("-i", case)]
    return [KOSOKU, "-m", mode, *cases, "-p", "4", "-o", str(folder), address]


def as_server(folder):
    echo = subprocess.Popen([ECHO, "serve", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        url = echo.stdout.readline().removeprefix("listening on ").strip()
        subprocess.run(kosoku("fuzzingclient", url, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE)
    finally:
        echo.kill()
        echo.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_listener(port):
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the fuzzing server does not listen")


def as_client(folder):
    port = free_port()
    fuzzer = subprocess.Popen(
        kosoku("fuzzingserver", f"127.0.0.1:{port}", folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await_listener(port)
        subprocess.run([ECHO, "run", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, timeout=PATIENCE)
    finally:
        try:
            # It writes its reports, then it ends.
            fuzzer.wait(timeout=30)
        finally:
            fuzzer.kill()


with tempfile.TemporaryDirectory() as reports:
    for side, run in (("server", as_server), ("client", as_client)):
        folder = pathlib.Path(reports) / side
        try:
            run(folder)
        except Exception as error:
            failed += 1
            print(f"  FAILED  {side}: stopped by {error!r}")
        judge(folder, side)
print(f"{passed} passed, {failed} failed")
sys.exit(0 if failed == 0 and passed == 2 * EXPECTED else 1)
