"""What the end-to-end tests stand on: the simulator and pveform as processes, a look at the cluster
over its API, and the watch that neither a secret nor a sanitizer's report is ever in an output."""

import base64
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import output_schemas

BINARIES = Path(os.environ["PVEFORM_BINARY_DIR"]).resolve()
TESTS = Path(__file__).resolve().parent.parent
SEED = TESTS / "e2e/seed"
START_TIME_LIMIT_S = 60
RUN_TIME_LIMIT_S = 120
# What a program that a test starts has of the environment of the tests themselves.
KEPT = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")
        if name in os.environ}
# What GitHub's runner says to the programs of a job, but not about itself.
GITHUB_JOB = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "4711"}
SANITIZER_REPORT = re.compile(r"(ERROR|WARNING): \w+Sanitizer\b|: runtime error: ")
OUTPUT_SCHEMAS = {"plan": "plan", "diff": "plan", "show": "plan", "apply": "receipt",
                  "rotate": "receipt"}


def stride(usual):
    """Of how many points of a sweep one is tried, as each takes seconds. PVEFORM_SWEEP_STRIDE=1 tries
    all; PVEFORM_SWEEP_THINNING, for slow builds, makes them rarer by that factor."""
    thinning = int(os.environ.get("PVEFORM_SWEEP_THINNING", "1"))
    return int(os.environ.get("PVEFORM_SWEEP_STRIDE", usual * thinning))


def begin(stride):
    """Which point of a sweep is tried first, of those below the stride: another one in each run, so
    that in time all are tried. Says how to try the same ones again."""
    said = os.environ.get("PVEFORM_SWEEP_BEGIN")
    first = random.randrange(stride) if said is None else int(said) % stride
    print(f"every point that is {first} above a multiple of the stride (PVEFORM_SWEEP_BEGIN={first})",
          flush=True)
    return first


def sample(points, stride):
    """Some of them, and at least one."""
    return points[begin(min(stride, len(points)))::stride]


class SecretWatch:
    """Every secret that was used, and every output that was seen."""

    def __init__(self):
        self.secrets = set()
        self.outputs = []  # (whose, text)

    def learn(self, *secrets):
        self.secrets.update(secret for secret in secrets if len(secret) >= 8)

    def see(self, whose, text):
        """Fails at once where it is a sanitizer's report: to a test, the exit code could be that of an
        error which it expects."""
        self.outputs.append((whose, text))
        if SANITIZER_REPORT.search(text):
            raise AssertionError(f"{whose} ends with a sanitizer's report:\n{text}")

    def leaks(self):
        """`whose output holds which secret` for each, in any of the forms that an HTTP client or
        a careless log would give it."""
        found = []
        for secret in sorted(self.secrets):
            forms = {
                secret,
                secret.upper(),
                secret.replace("-", ""),
                secret[: len(secret) - 4],
                urllib.parse.quote(secret, safe=""),
                base64.b64encode(secret.encode()).decode().rstrip("="),
            }
            found += [
                f"{whose} holds {secret}"
                for whose, text in self.outputs
                if any(form in text for form in forms)
            ]
        return found


WATCH = SecretWatch()


def seed_tokens(seed=SEED):
    """Token id → secret."""
    lines = (seed / "priv/token.cfg").read_text().splitlines()
    tokens = dict(line.split(" ") for line in lines)
    WATCH.learn(*tokens.values())
    passwords = seed / "passwords.json"
    if passwords.exists():
        WATCH.learn(*json.loads(passwords.read_text()).values())
    return tokens


class Simulator:
    """A pveform-simulator of its own: port, certificate authority and state."""

    def __init__(self, folder, seed=SEED, options=()):
        self.ca_file = Path(tempfile.mkdtemp(dir=folder)) / "ca.pem"
        self.process = subprocess.Popen(
            [BINARIES / "pveform-simulator", "--seed", seed, "--port", "0", "--no-auth-delay",
             "--ca-out", self.ca_file, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self.tokens = seed_tokens(seed)
        self.output = []
        self.endpoint = None
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(START_TIME_LIMIT_S) or self.endpoint is None:
            self.stop()
            raise RuntimeError("the simulator did not start:\n" + "".join(self.output))

    def _read(self):
        for line in self.process.stdout:
            self.output.append(line)
            if line.startswith("ready "):
                self.endpoint = line.split()[1]
                self._ready.set()
        self._ready.set()

    @property
    def port(self):
        return urllib.parse.urlsplit(self.endpoint).port

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(10)
        self.process.stdout.close()
        WATCH.see("the simulator", "".join(self.output))
        if self.process.returncode not in (0, -signal.SIGTERM):
            raise RuntimeError(f"the simulator ended with {self.process.returncode}:\n"
                               + "".join(self.output))

    def authorization(self, token):
        """The header's value for a token id of the seed, or for `id=secret`."""
        return "PVEAPIToken=" + (token if "=" in token else f"{token}={self.tokens[token]}")

    def call(self, method, below, /, token="admin@pve!ci", **parameters):
        """One request to the API, without credentials if `token` is None; gives `data`. Raises
        urllib.error.HTTPError."""
        query = urllib.parse.urlencode(parameters)
        url = f"{self.endpoint}/api2/json{below}"
        in_body = method in ("POST", "PUT")
        request = urllib.request.Request(
            url if in_body or not query else f"{url}?{query}",
            data=query.encode() if in_body else None,
            headers={"Authorization": self.authorization(token)} if token else {}, method=method,
        )
        context = ssl.create_default_context(cafile=self.ca_file)
        with urllib.request.urlopen(request, context=context, timeout=60) as answer:
            return json.load(answer)["data"]

    def control(self, method, below, value):
        """Faults, the clock: what no PVE has."""
        request = urllib.request.Request(
            f"{self.endpoint}/simulator/{below}", method=method, data=json.dumps(value).encode())
        context = ssl.create_default_context(cafile=self.ca_file)
        urllib.request.urlopen(request, context=context, timeout=60).close()

    def accepts(self, token):
        try:
            self.call("GET", "/version", token=token)
            return True
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            return False

    def users(self):
        return {user["userid"]: user for user in self.call("GET", "/access/users", full=1)}

    def user_tokens(self):
        """Full token id → what PVE lists about it."""
        return {
            f"{user}!{token['tokenid']}": token
            for user, record in self.users().items()
            for token in record["tokens"] or []
        }

    def acl(self):
        """{(path, subject with @ for groups, role, propagate)}"""
        return {
            (row["path"], ("@" if row["type"] == "group" else "") + row["ugid"], row["roleid"],
             bool(row["propagate"]))
            for row in self.call("GET", "/access/acl")
        }


class Run:
    """A finished pveform."""

    def __init__(self, command, code, out, err):
        self.command = [str(word) for word in command]
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self):
        """What it printed, held against the schema of what the command prints."""
        value = json.loads(self.out)
        for word, schema in OUTPUT_SCHEMAS.items():
            if word in self.command:
                complaints = output_schemas.complaints(schema, value)
                assert not complaints, "\n".join(complaints)
        return value

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class EndToEnd(unittest.TestCase):
    """Each test has a folder of its own, in which pveform runs."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="pveform-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(self.assert_no_leak)

    def assert_no_leak(self):
        self.learn_stored_secrets()
        self.assertEqual(WATCH.leaks(), [])

    def learn_stored_secrets(self):
        for record in self.stored_secrets().values():
            WATCH.learn(record["secret"])

    def start_simulator(self, seed=SEED, options=()):
        simulator = Simulator(self.folder, seed, options)
        self.addCleanup(simulator.stop)
        return simulator

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def stored_secrets(self, name="secrets.json"):
        """Declared name → record, as the sink wrote them."""
        path = self.folder / name
        return json.loads(path.read_text()).get("tokens", {}) if path.exists() else {}

    def execute(self, command, environment, stdin=subprocess.DEVNULL, watch=WATCH):
        """Runs a command with nothing in its environment but what is said; its output is watched."""
        done = subprocess.run(
            command, cwd=self.folder, stdin=stdin, capture_output=True, text=True,
            timeout=RUN_TIME_LIMIT_S,
            env={**KEPT, "HOME": str(self.folder), "LANG": "C.UTF-8", **environment},
        )
        watch.see(" ".join(map(str, command)), done.stdout + done.stderr)
        return Run(command, done.returncode, done.stdout, done.stderr)

    def pveform(self, *arguments, environment=None, before=(), **rest):
        """`before`: a program that runs it, with that one's own arguments."""
        return self.execute([*before, BINARIES / "pveform", *arguments], environment or {}, **rest)

    @staticmethod
    def to(simulator):
        """The flags that lead to it."""
        return ["--endpoint", simulator.endpoint, "--ca-file", simulator.ca_file]

    def at(self, simulator, command, *arguments, token="admin@pve!ci", **rest):
        """Runs a command against a simulator (or a proxy before one), as a token of the seed."""
        value = token if "=" in token else f"{token}={simulator.tokens[token]}"
        environment = {"PVEFORM_API_TOKEN": value, **rest.pop("environment", {})}
        return self.pveform(
            command, *self.to(simulator), *arguments, environment=environment, **rest,
        )

    def at_terminal(self, simulator, answers, *arguments, **environment):
        """Runs pveform with a person at a terminal, who gives the next answer to each question that
        ends in `: `; an answer may be a function that does something before it gives it. Exit code
        and screen."""
        person, program = pty.openpty()
        process = subprocess.Popen(
            [BINARIES / "pveform", *arguments, *self.to(simulator)], cwd=self.folder,
            stdin=program, stdout=program, stderr=program, start_new_session=True,
            env={**KEPT, "HOME": str(self.folder), "LANG": "C.UTF-8", "TERM": "dumb", **environment},
        )
        os.close(program)
        screen = b""
        seen = 0
        answers = list(answers)
        end = time.monotonic() + RUN_TIME_LIMIT_S
        while time.monotonic() < end:
            if select.select([person], [], [], 0.1)[0]:
                try:
                    more = os.read(person, 4096)
                except OSError:  # the other end is closed
                    break
                if not more:
                    break
                screen += more
            if answers and screen[seen:].endswith(b": "):
                time.sleep(0.3)  # what is typed before the echo is off is thrown away
                seen = len(screen)
                answer = answers.pop(0)
                os.write(person, (answer() if callable(answer) else answer).encode() + b"\n")
        os.close(person)
        code = process.wait(30)
        text = screen.decode()
        WATCH.see("pveform at a terminal", text)
        return code, text

    def assert_code(self, run, code):
        self.assertEqual(run.code, code, str(run))

    def assert_says(self, run, *texts):
        """Each text is somewhere in what was said to people, line breaks and all."""
        for text in texts:
            self.assertIn(text, run.err + run.out)


def main():
    unittest.main(verbosity=2)
