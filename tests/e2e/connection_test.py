"""Everything that can be wrong between pveform and PVE ends in one paragraph that says what to do:
the whole texts, with ports, folders, certificates and the libraries' own words left out."""

import hashlib
import http.server
import re
import socket
import socketserver
import ssl
import textwrap
import threading

import harness
import proxy

DOCUMENT = """
version: 1
cluster: { name: e2e }
groups: { fresh: { comment: new } }
"""


def fingerprint_of(simulator):
    certificate = ssl.get_server_certificate(("127.0.0.1", simulator.port))
    digits = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest().upper()
    return ":".join(digits[i : i + 2] for i in range(0, 64, 2))


class Connections(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("pveform.yaml", DOCUMENT)
        self.simulator = self.start_simulator()
        self.token = f"admin@pve!ci={self.simulator.tokens['admin@pve!ci']}"

    def plan(self, *arguments, token=None):
        return self.pveform(
            "plan", *arguments, environment={"PVEFORM_API_TOKEN": token or self.token}
        )

    def normal(self, text):
        text = text.replace(str(self.folder), "FOLDER")
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
        text = re.sub(r"FOLDER/tmp\w+/", "FOLDER/", text)
        text = re.sub(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", "FINGERPRINT", text)
        text = re.sub(r"(issued by|OpenSSL): .*", r"\1: …", text)
        return re.sub(r"(cannot connect to `[^`]*`|broke off): .*", r"\1: …", text)

    def assert_error(self, run, code, text):
        self.assert_code(run, code)
        self.assertEqual(run.out, "")
        self.assertEqual(self.normal(run.err), textwrap.dedent(text).lstrip("\n"))

    # The certificate.

    def test_the_right_authority_and_the_right_fingerprint_are_accepted(self):
        for trust in (
            ["--ca-file", self.simulator.ca_file],
            ["--fingerprint", fingerprint_of(self.simulator)],
            ["--fingerprint", fingerprint_of(self.simulator).lower().replace(":", "")],
        ):
            self.assert_code(self.plan("--endpoint", self.simulator.endpoint, *trust), 0)

    def test_the_document_can_say_whom_to_trust(self):
        for tls in (
            f'{{ fingerprint: "{fingerprint_of(self.simulator)}" }}',
            f"{{ ca_file: {self.simulator.ca_file.relative_to(self.folder)} }}",
        ):
            self.write(
                "pveform.yaml",
                f"version: 1\ncluster: {{ endpoint: {self.simulator.endpoint}, tls: {tls} }}\n",
            )
            self.assert_code(self.plan(), 0)

    def test_the_document_is_shown_where_its_authority_is_missing(self):
        self.write(
            "pveform.yaml",
            f"version: 1\ncluster: {{ endpoint: {self.simulator.endpoint}, "
            "tls: { ca_file: gone.pem } }\n",
        )
        run = self.plan()
        self.assert_code(run, 1)
        self.assert_says(run, "gone.pem`: No such file or directory", "--> pveform.yaml:2:")

    def test_a_fingerprint_here_is_not_overruled_by_an_authority_there(self):
        other = self.start_simulator()
        self.write(
            "pveform.yaml",
            f"version: 1\ncluster: {{ tls: {{ ca_file: {self.simulator.ca_file} }} }}\n",
        )
        run = self.plan(
            "--endpoint", self.simulator.endpoint, "--fingerprint", fingerprint_of(other)
        )
        self.assert_code(run, 1)

    def test_another_authority(self):
        other = self.start_simulator()
        run = self.plan("--endpoint", self.simulator.endpoint, "--ca-file", other.ca_file)
        self.assert_error(run, 1, """
            error: cannot reach PVE at `https://127.0.0.1:PORT`: the certificate of `127.0.0.1:PORT` is not signed by an authority in `FOLDER/ca.pem`
              = note: OpenSSL: …
              = note: the server's certificate: SHA-256 FINGERPRINT
              = note: issued by: …
              = help: PVE signs its certificates itself: copy this cluster's `/etc/pve/pve-root-ca.pem` from a node and name the copy in `tls: { ca_file: … }` (`--ca-file`); or compare the fingerprint with what `pvenode cert info` shows on the node itself, and pin it with `tls: { fingerprint: … }` (`--fingerprint`)
            """)

    def test_no_authority_named(self):
        run = self.plan("--endpoint", self.simulator.endpoint)
        self.assert_error(run, 1, """
            error: cannot reach PVE at `https://127.0.0.1:PORT`: the certificate of `127.0.0.1:PORT` is not signed by an authority that this system knows
              = note: OpenSSL: …
              = note: the server's certificate: SHA-256 FINGERPRINT
              = note: issued by: …
              = help: PVE signs its certificates itself: copy `/etc/pve/pve-root-ca.pem` from a node and name the copy in `tls: { ca_file: … }` (`--ca-file`); or compare the fingerprint with what `pvenode cert info` shows on the node itself, and pin it with `tls: { fingerprint: … }` (`--fingerprint`)
            """)

    def test_another_fingerprint(self):
        other = self.start_simulator()
        run = self.plan(
            "--endpoint", self.simulator.endpoint, "--fingerprint", fingerprint_of(other)
        )
        self.assert_error(run, 1, """
            error: cannot reach PVE at `https://127.0.0.1:PORT`: the certificate of `127.0.0.1:PORT` is not the pinned one
              = note: pinned: FINGERPRINT
              = note: the server's certificate: SHA-256 FINGERPRINT
              = note: issued by: …
              = help: if the certificate was renewed, compare the fingerprint with what `pvenode cert info` shows on the node itself, and pin the new one; if they differ, somebody else answers at this address
            """)

    def test_no_request_reaches_a_server_that_is_not_the_pinned_one(self):
        wrong = proxy.Proxy(self.simulator, self.folder)
        self.addCleanup(wrong.stop)
        for trust in (
            ["--fingerprint", fingerprint_of(self.simulator)],
            ["--ca-file", self.simulator.ca_file],
            [],
        ):
            self.assert_code(self.plan("--endpoint", wrong.endpoint, *trust), 1)
        self.assertEqual(wrong.requests, [])

    def test_a_file_that_is_no_authority(self):
        self.write("empty.pem", "")
        for name, reason in (
            ("missing.pem", "No such file or directory"),
            ("empty.pem", "it holds no certificate"),
            ("pveform.yaml", "it holds no certificate"),
        ):
            run = self.plan("--endpoint", self.simulator.endpoint, "--ca-file", name)
            self.assert_error(run, 1, f"""
                error: cannot read a certificate authority from `{name}`: {reason}
                  = help: it must be a readable file in PEM form (`-----BEGIN CERTIFICATE-----`), such as a copy of `/etc/pve/pve-root-ca.pem`
                """)

    def test_a_text_that_is_no_fingerprint(self):
        run = self.plan("--endpoint", self.simulator.endpoint, "--fingerprint", "AB:CD")
        self.assert_error(run, 3, """
            error: `AB:CD` is not the fingerprint of a certificate
              = help: it is the SHA-256 as PVE shows it (`pvenode cert info` on a node): 64 hexadecimal digits, `AB:CD:…`
            """)

    # The token.

    def test_a_token_that_pve_does_not_accept(self):
        for token in (
            f"admin@pve!expired={self.simulator.tokens['admin@pve!expired']}",
            "admin@pve!ci=00000000-bbbb-4bbb-8bbb-000000000001",
            "admin@pve!none=00000000-bbbb-4bbb-8bbb-000000000002",
        ):
            name = token.split("=")[0]
            harness.WATCH.learn(token.split("=")[1])
            run = self.plan(
                "--endpoint", self.simulator.endpoint, "--ca-file", self.simulator.ca_file,
                token=token,
            )
            self.assert_error(run, 7, f"""
                error: cannot read the version: PVE does not accept the API token `{name}`: PVE answered 401: Authentication failed!
                  = help: PVE gives this answer whatever the cause. The usual ones: the secret is wrong or was replaced by a newer one; the token or its user has expired, is disabled, or is gone. Look on a node: `pveum user token list 'admin@pve'` and `pveum user list`
                """)

    def test_a_token_that_is_none(self):
        for token in ("admin@pve!ci", "admin@pve=x", "=", "x", "admin@pve!ci="):
            run = self.plan("--endpoint", self.simulator.endpoint, token=token)
            self.assert_error(run, 3, """
                error: `PVEFORM_API_TOKEN` does not hold an API token
                  = help: it is one text: `user@realm!name=secret`, as PVE shows it when the token is made
                """)

    def test_a_view_that_pve_filters(self):
        run = self.at(self.simulator, "plan", token="blind@pve!ci")
        self.assert_error(run, 7, """
            error: PVE hides a part of the cluster from `blind@pve!ci`: `Sys.Audit` is missing on `/access`
              = note: without `Sys.Audit` on `/access` PVE leaves out ACL entries, users and groups
              = note: an entry on `/access` replaces what `blind@pve!ci` has from above: if there are such roles, name them in the same command, `--roles PVEAuditor,…`
              = note: its user `blind@pve` needs `Sys.Audit` there as well, or instead where the token has no privilege separation; if `blind@pve` lacks it, grant it at the path where its roles are: an entry of its own on `/access` would replace what it has from above, or from its groups
              = help: a plan made from that would be wrong; on a node, an administrator grants it: `pveum acl modify /access --roles PVEAuditor --tokens 'blind@pve!ci'`
            """)

    # The way there.

    def test_a_host_that_is_not_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            run = self.plan("--endpoint", f"https://127.0.0.1:{port}")
        self.assert_error(run, 1, """
            error: cannot reach PVE at `https://127.0.0.1:PORT`: cannot connect to `127.0.0.1:PORT`: …
              = help: is the node up, `pveproxy` running on it, and the port not blocked by a firewall?
            """)

    def proxy_that_answers(self, status_line):
        """Its address; it says the same to whoever asks for a connection, or hangs up."""
        class Guard(socketserver.StreamRequestHandler):
            def handle(self):
                while self.rfile.readline().strip():
                    pass
                self.wfile.write(status_line.encode())

        guard = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Guard)
        self.addCleanup(guard.server_close)
        threading.Thread(target=guard.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(guard.shutdown)
        return f"http://keeper:made-up-proxy-password@127.0.0.1:{guard.server_address[1]}"

    def through_proxy(self, **variables):
        harness.WATCH.learn("made-up-proxy-password")
        return self.at(self.simulator, "apply", "--yes", environment=variables)

    def test_a_proxy_of_the_environment_that_fails(self):
        refusal = "HTTP/1.1 403 Forbidden by policy\r\nContent-Length: 0\r\n\r\n"
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            dead = f"http://127.0.0.1:{unused.getsockname()[1]}"
            for variable, value, words in (
                ("https_proxy", self.proxy_that_answers(refusal), "it answered 403"),
                ("all_proxy", self.proxy_that_answers(refusal.replace("403", "502")), "it answered 502"),
                ("HTTPS_PROXY", self.proxy_that_answers(""), "Proxy CONNECT aborted"),
                ("HTTPS_PROXY", dead, "Failed to connect to 127.0.0.1 port …"),
                ("https_proxy", "http://no-such-proxy.invalid:3128",
                 "Could not resolve proxy: no-such-proxy.invalid"),
            ):
                with self.subTest(variable=variable, words=words):
                    run = self.through_proxy(**{variable: value})
                    run.err = re.sub(r"port \d+( after| via).*", "port …", run.err)
                    run.err = re.sub(r"port \d+\?", "port PORT?", run.err)
                    self.assert_error(run, 1, f"""
                        error: cannot reach PVE at `https://127.0.0.1:PORT`: no connection through the proxy of `{variable}`: {words}
                          = help: is the variable right, the proxy up, and may it be used for port PORT? A node that is to be reached without it is named in `no_proxy`: `no_proxy=127.0.0.1`
                        """)

    def test_a_node_that_no_proxy_names(self):
        run = self.through_proxy(https_proxy="http://no-such-proxy.invalid:3128", no_proxy="127.0.0.1")
        self.assert_code(run, 0)
        self.simulator.stop()
        run = self.through_proxy(https_proxy="http://no-such-proxy.invalid:3128", no_proxy="127.0.0.1")
        self.assert_code(run, 1)
        self.assert_says(run, "cannot connect to `127.0.0.1:", "is the node up")

    def test_an_endpoint_that_is_plain_http(self):
        run = self.plan("--endpoint", "http://127.0.0.1:8006")
        self.assert_error(run, 3, """
            error: the endpoint `http://127.0.0.1:PORT` is plain HTTP
              = help: PVE's API speaks HTTPS only, and a token must not travel in the clear: write `https://…`
            """)

    def test_a_server_that_speaks_plain_http(self):
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

        plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        self.addCleanup(plain.server_close)
        threading.Thread(target=plain.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(plain.shutdown)
        run = self.plan("--endpoint", f"https://127.0.0.1:{plain.server_address[1]}")
        self.assert_error(run, 1, """
            error: cannot reach PVE at `https://127.0.0.1:PORT`: `127.0.0.1:PORT` does not speak TLS: it answers plain text
              = help: PVE's API speaks HTTPS only, with TLS 1.2 or later, on port 8006: is it the right port?
            """)

    # The server.

    def through(self, answer, *command):
        between = proxy.Proxy(self.simulator, self.folder, lambda number, method, path: answer)
        self.addCleanup(between.stop)
        return self.at(between, *command)

    def test_a_server_that_answers_with_a_web_page(self):
        page = (200, "text/html; charset=utf-8", "<html><title>Welcome</title></html>")
        for command in (["plan"], ["apply", "--yes"]):
            self.assert_error(self.through(page, *command), 1, """
                error: cannot read the version: the server answered 200 with a web page
                  = help: this is a web page, not PVE's API: is the endpoint right (`https://HOST:8006`), or is there a gateway in front of PVE that refuses or wants a login?
                """)

    def test_a_gateway_whose_backend_is_gone(self):
        page = (502, "text/html", "<html><title>502 Bad Gateway</title></html>")
        self.assert_error(self.through(page, "plan"), 1, """
            error: cannot read the version: the server answered 502: OK
              = help: this is a web page, not PVE's API: is the endpoint right (`https://HOST:8006`), or is there a gateway in front of PVE that refuses or wants a login?
            """)

    def test_some_other_api(self):
        self.assert_error(self.through((200, "application/json", "{}"), "plan"), 1, """
            error: cannot read the version: the server answered 200 with JSON without `data`
              = help: is this PVE's API? Its answers are JSON objects with a member `data`
            """)

    def test_a_server_that_hangs_up(self):
        self.assert_error(self.through(proxy.DROP_BEFORE, "plan"), 1, """
            error: cannot read the version: the connection to `127.0.0.1:PORT` broke off: …
              = help: a restarted `pveproxy`, a network fault, or an address that its `ALLOW_FROM` and `DENY_FROM` do not let in
            """)


if __name__ == "__main__":
    harness.main()
