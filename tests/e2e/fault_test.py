"""Every fault of the simulator at any request of an apply: no live token is without its stored
secret, and one more run finishes the work."""

import json
import os
import ssl
import urllib.request

import harness
import sweep

STRIDE = harness.stride(32)
BOTH = ("before", "after")
FAULTS = [
    *({"fault": "latency", "milliseconds": 50, "when": when} for when in BOTH),
    *({"fault": "answer", "status": status, "when": when} for when in BOTH for status in (500, 595, 596)),
    *({"fault": "html", "when": when} for when in BOTH),
    *({"fault": "drop", "when": when} for when in BOTH),
    *({"fault": "exit", "when": when} for when in BOTH),
    {"fault": "lock-timeout"},
    {"fault": "truncate"},
    {"fault": "endless"},
    {"fault": "trickle", "milliseconds": 1},
    {"fault": "certificate", "issuer": "same"},
    {"fault": "certificate", "issuer": "foreign"},
    {"fault": "writer", "request": {"method": "PUT", "path": "/access/users/ann@pve",
                                    "body": "comment=by%20hand"}},
    {"fault": "writer", "request": {"method": "POST", "path": "/access/groups",
                                    "body": "groupid=by-hand"}},
]
NO_ERROR, ERROR, PARTLY, REFUSED = 0, 1, 6, 7


class Faults(sweep.Sweep):
    def ask(self, simulator, what):
        """Of whatever certificate it shows by now."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        url = f"{simulator.endpoint}/simulator/{what}"
        with urllib.request.urlopen(url, context=context, timeout=60) as answer:
            return json.load(answer)["data"]

    def count(self):
        """How many requests a whole apply sends."""
        simulator = self.start()
        try:
            self.assert_code(self.apply(simulator), NO_ERROR)
            return len(self.ask(simulator, "requests")["requests"])
        finally:
            simulator.stop()

    def restart(self, simulator, state):
        """The same cluster, in a process that nothing is wrong with."""
        simulator.process.kill()
        simulator.process.wait()
        simulator.process.returncode = 0  # it was asked to
        simulator.stop()
        again = harness.Simulator(self.folder, options=["--state", state])
        self.set_later(again)
        return again

    def strike(self, fault, nth, state):
        """One apply that meets the fault at its n-th request, and one that meets none."""
        simulator = self.start(options=["--state", state])
        try:
            simulator.control("POST", "faults", {**fault, "nth": nth})
            run = self.apply(simulator)
            self.assertIn(run.code, (NO_ERROR, ERROR, PARTLY, REFUSED), str(run))
            if simulator.process.poll() is None:
                self.assertEqual(self.ask(simulator, "faults"), [], "it did not strike")
            simulator = self.restart(simulator, state)
            with self.subTest(sink=self.sink, fault=fault, nth=nth):
                done = self.assert_no_live_token_without_its_secret(simulator)
                if done != self.first:
                    self.assertIn(run.code, (NO_ERROR, PARTLY), str(run))
                self.assert_one_rerun_finishes(simulator)
        finally:
            simulator.stop()

    def sweep(self, sink):
        self.prepare(sink)
        requests = self.count()
        points = [(fault, nth) for fault in FAULTS for nth in range(1, requests + 1)]
        tried = harness.sample(points, STRIDE)
        for number, point in enumerate(tried):
            self.strike(*point, self.folder / f"state-{number}")
        print(f"{sink}: {len(FAULTS)} faults at {requests} requests, {len(tried)} of "
              f"{len(points)} tried", flush=True)

    def test_a_file(self):
        self.sweep("file")

    def test_a_folder(self):
        self.sweep("folder")

    def test_a_command(self):
        self.sweep("command")


if __name__ == "__main__":
    harness.main()
