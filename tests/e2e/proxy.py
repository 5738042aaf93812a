"""A man in the middle with a certificate of its own: passes requests on to a simulator one by one,
counts them, and on demand loses them, their answers, or itself. So a fault can be put before and
behind every single request, with the cluster still there to be looked at afterwards."""

import http.client
import http.server
import socket
import ssl
import subprocess
import threading
import urllib.parse
from pathlib import Path

# What can happen to a request. In all four cases no answer arrives; pveform cannot know which of
# them it was.
DROP_BEFORE = "connection dropped before the request was passed on"
DROP_AFTER = "connection dropped after the request was carried out"
DIE_BEFORE = "server gone before the request was passed on"
DIE_AFTER = "server gone after the request was carried out"


def make_certificate(folder):
    """A self-signed one for 127.0.0.1, good as its own authority; gives its file with the key."""
    file = Path(folder) / "proxy.pem"
    if not file.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", f"{file}.cert"],
            check=True, capture_output=True,
        )
        file.write_text(file.read_text() + Path(f"{file}.cert").read_text())
    return file


class Proxy:
    """`fault(number, method, path)` is asked for every request, numbered from 1, and gives one of
    the above, a whole answer (status, content type, body), or None."""

    def __init__(self, simulator, folder, fault=lambda number, method, path: None):
        self.simulator = simulator
        self.tokens = simulator.tokens
        self.fault = fault
        self.requests = []  # (method, path) as they arrived
        self.possible_writes = []  # those that changed the cluster or, for all pveform knows, may have
        self._connections = set()
        self.ca_file = make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file)
        self._server = _Server(self, context)
        self.endpoint = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self):
        """Like a machine that goes down: nothing is open any more."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._connections):
            _cut(connection)

    def upstream(self):
        context = ssl.create_default_context(cafile=self.simulator.ca_file)
        url = urllib.parse.urlsplit(self.simulator.endpoint)
        return http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=60)


def _cut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


class _Server(http.server.ThreadingHTTPServer):
    def __init__(self, proxy, context):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy
        self.context = context

    def get_request(self):
        connection, address = super().get_request()
        # The handshake happens with the first read, in the connection's own thread.
        return self.context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        ), address

    def handle_error(self, request, client_address):
        pass  # clients that do not like our certificate, connections that were cut


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.proxy._connections.add(self.connection)

    def finish(self):
        self.server.proxy._connections.discard(self.connection)
        super().finish()

    def log_message(self, *arguments):
        pass

    def handle_request(self):
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        proxy.requests.append((self.command, self.path))
        fault = proxy.fault(len(proxy.requests), self.command, self.path)
        if isinstance(fault, tuple):
            status, content_type, text = fault
            return self.give(status, "OK", [("Content-Type", content_type)], text.encode())
        if self.command != "GET":
            proxy.possible_writes.append((self.command, self.path))
        if fault in (DROP_BEFORE, DIE_BEFORE):
            return self.lose(fault)
        upstream = proxy.upstream()
        upstream.request(self.command, self.path, body or None, dict(self.headers))
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        if fault in (DROP_AFTER, DIE_AFTER):
            return self.lose(fault)
        return self.give(answer.status, answer.reason, answer.getheaders(), data)

    do_GET = do_POST = do_PUT = do_DELETE = handle_request

    def lose(self, fault):
        self.close_connection = True
        if fault in (DIE_BEFORE, DIE_AFTER):
            self.server.proxy.stop()
        _cut(self.connection)

    def give(self, status, reason, headers, body):
        self.send_response_only(status, reason)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
