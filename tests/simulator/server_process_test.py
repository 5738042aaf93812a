"""pveform-simulator as a process: its command line, its ready line, its ends, its doors for tests.

    server_process_test.py PATH-OF-PVEFORM-SIMULATOR
"""
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

SIMULATOR = sys.argv.pop(1)
SEED = {"user.cfg": "user:root@pam:1:0::::::\n"}


class Simulator:
    """A running simulator in a folder of its own; ended with SIGTERM, or as a test likes."""

    def __init__(self, *arguments):
        self.folder = tempfile.TemporaryDirectory()
        for name, text in SEED.items():
            with open(os.path.join(self.folder.name, name), "w", encoding="utf-8") as file:
                file.write(text)
        ca = os.path.join(self.folder.name, "ca.pem")
        self.process = subprocess.Popen(
            [SIMULATOR, "--seed", self.folder.name, "--ca-out", ca, *arguments],
            stdout=subprocess.PIPE, text=True)
        self.ready = self.process.stdout.readline()
        self.port = int(self.ready.rpartition(":")[2])
        self.context = ssl.create_default_context(cafile=ca)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()
        self.folder.cleanup()

    def request(self, method, path, body=None):
        """(status, reason, body) of one request on a connection of its own."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=20)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.reason, answer.read().decode()
        finally:
            connection.close()


def run(*arguments):
    """Exit status, standard output and standard error of a run that ends by itself."""
    done = subprocess.run([SIMULATOR, *arguments], capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout, done.stderr


class CommandLine(unittest.TestCase):
    def test_help_names_every_option(self):
        status, output, _ = run("--help")
        self.assertEqual(status, 0)
        for option in ("--seed", "--state", "--release", "--port", "--ca-out", "--no-auth-delay", "--fault"):
            self.assertIn(option, output)

    def test_what_makes_no_sense_is_said_so(self):
        for arguments, words in (
            (["--sede", "."], "--sede"),
            (["--seed", "/nonexistent"], "/nonexistent"),
            (["--port", "many"], "--port"),
            (["--port", "70000"], "--port"),
            (["--release", "7.4"], "--release"),
            (["--fault", "{}"], "`fault` is missing"),
            (["--fault", '{"fault": "dorp"}'], "did you mean `drop`?"),
            (["--ca-out", "/nonexistent/ca.pem"], "/nonexistent"),
        ):
            with self.subTest(arguments):
                status, output, complaint = run(*arguments)
                self.assertNotEqual(status, 0)
                self.assertEqual(output, "")
                self.assertTrue(complaint.startswith("error: "), complaint)
                self.assertIn(words, complaint)

    def test_a_port_that_is_taken_is_said_so(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            status, _, complaint = run("--port", str(other.getsockname()[1]))
        self.assertEqual(status, 1)
        self.assertIn("cannot listen on 127.0.0.1:", complaint)


class Life(unittest.TestCase):
    def test_it_says_when_it_is_ready_and_ends_when_told_to(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with Simulator() as simulator:
                self.assertEqual(simulator.ready, "ready https://127.0.0.1:%d\n" % simulator.port)
                self.assertEqual(simulator.request("GET", "/api2/json/access/domains")[0], 200)
                simulator.process.send_signal(how)
                self.assertEqual(simulator.process.wait(20), 0)

    def test_it_ends_although_clients_are_connected(self):
        with Simulator() as simulator:
            idle = socket.create_connection(("127.0.0.1", simulator.port))
            kept = http.client.HTTPSConnection("127.0.0.1", simulator.port, context=simulator.context)
            kept.request("GET", "/api2/json/access/domains")
            kept.getresponse().read()
            simulator.process.terminate()
            self.assertEqual(simulator.process.wait(20), 0)
            kept.close()
            idle.close()

    def test_it_takes_the_port_that_it_is_given(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with Simulator("--port", str(port)) as simulator:
            self.assertEqual(simulator.port, port)


class Faults(unittest.TestCase):
    def test_a_fault_of_the_command_line_strikes(self):
        fault = json.dumps({"fault": "answer", "status": 596, "path": "/access/domains"})
        with Simulator("--fault", fault) as simulator:
            self.assertEqual(
                simulator.request("GET", "/api2/json/access/domains"), (596, "Connection timed out", ""))
            self.assertEqual(simulator.request("GET", "/api2/json/access/domains")[0], 200)

    def test_the_process_can_end_as_if_killed(self):
        for when in ("before", "after"):
            with Simulator() as simulator:
                fault = json.dumps({"fault": "exit", "when": when})
                self.assertEqual(simulator.request("POST", "/simulator/faults", fault)[0], 200)
                with self.assertRaises(OSError):
                    simulator.request("GET", "/api2/json/access/domains")
                self.assertEqual(simulator.process.wait(20), -signal.SIGKILL)

    def test_the_clock_can_be_shifted(self):
        with Simulator("--no-auth-delay") as simulator:
            answer = simulator.request("PUT", "/simulator/clock", '{"offset_seconds": 3600}')
            self.assertEqual(answer, (200, "OK", '{"data":null}'))


if __name__ == "__main__":
    unittest.main()
