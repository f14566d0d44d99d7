"""A time-stamping authority over HTTP (RFC 3161 §3.4), which the openssl program answers for.

Its answers can be had to be late, endless or wrong. It has nothing of the product's code.
"""

import socket
import subprocess
import threading
from pathlib import Path

CONFIGURATION = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.3.6.1.4.1.32473.5
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""
EXTENSIONS = "basicConstraints = critical,CA:false\nkeyUsage = critical,digitalSignature\n" \
    "extendedKeyUsage = critical,timeStamping\n"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
LONGEST = 64 << 10


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """An authority that answers while its context lasts, as `behaviour` says."""

    def __init__(self, folder):
        self.folder = Path(folder) / "authority"
        self.folder.mkdir()
        self.ca = self.folder / "ca.pem"
        key, request, self.certificate = (self.folder / name for name in ("tsa.key", "tsa.csr", "tsa.pem"))
        openssl("req", "-x509", *KEY, "-keyout", self.folder / "ca.key", "-subj", "/CN=other CA", "-days", 30, "-out", self.ca)
        openssl("req", *KEY, "-keyout", key, "-subj", "/CN=other TSA", "-out", request)
        (self.folder / "extensions").write_text(EXTENSIONS)
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.folder / "ca.key", "-days", 30, "-extfile",
                self.folder / "extensions", "-out", self.certificate)
        (self.folder / "configuration").write_text(CONFIGURATION.format(folder=self.folder))
        (self.folder / "serial").write_text("01\n")
        self.behaviour = "good"
        # Connections that were taken, and those of them that nothing was answered to.
        self.taken, self.held = 0, []
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.socket = None

    @property
    def configuration(self):
        port = self.socket.getsockname()[1]
        return {"url": f"http://127.0.0.1:{port}/stamp", "certificates": str(self.ca), "allowsPlainHTTP": True}

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        # A thread in accept is woken by this alone.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for connection in self.held:
            connection.close()

    def serve(self):
        while not self.ended.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.taken += 1
            threading.Thread(target=self.answer, args=[connection], daemon=True).start()

    def answer(self, connection):
        behaviour = self.behaviour
        if behaviour == "hangs":
            self.held.append(connection)
            return
        try:
            with connection:
                question = self.question(connection)
                if behaviour == "endless":
                    connection.sendall(head("Transfer-Encoding: chunked"))
                    while not self.ended.is_set():
                        connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
                elif behaviour == "trickles":
                    connection.sendall(head("Content-Length: 5000"))
                    while not self.ended.wait(0.5):
                        connection.sendall(b"0")
                else:
                    body = self.body(behaviour, question)
                    status = "404 Not Found" if behaviour == "not found" else "200 OK"
                    connection.sendall(head(f"Content-Length: {len(body)}", status) + body)
        except OSError:
            pass

    def body(self, behaviour, question):
        if behaviour == "garbage":
            return bytes(range(256)) * 8
        if behaviour == "another digest":
            question = question.replace(digest_in(question), bytes(32))
        body = self.reply(question)
        return body + b"\0" if behaviour == "longer" else body[:-1] if behaviour == "shorter" else body

    def reply(self, question):
        with self.lock:
            (self.folder / "query").write_bytes(question)
            openssl("ts", "-reply", "-config", self.folder / "configuration", "-queryfile", self.folder / "query", "-inkey",
                    self.folder / "tsa.key", "-signer", self.certificate, "-out", self.folder / "reply")
            return (self.folder / "reply").read_bytes()

    @staticmethod
    def question(connection):
        """The body of a request."""
        octets = b""
        while b"\r\n\r\n" not in octets and len(octets) < LONGEST:
            part = connection.recv(4096)
            if not part:
                raise OSError("no request")
            octets += part
        lines, _, body = octets.partition(b"\r\n\r\n")
        assert b"content-type: application/timestamp-query" in lines.lower(), lines
        [length] = [int(line.split(b":")[1]) for line in lines.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        while len(body) < min(length, LONGEST):
            body += connection.recv(4096)
        return body


def head(field, status="200 OK"):
    return f"HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\nConnection: close\r\n{field}\r\n\r\n".encode()


def digest_in(question):
    """The SHA-256 in a question: the one octet string of 32 octets (RFC 3161 §2.4.1)."""
    begin = question.index(b"\x04\x20") + 2
    return question[begin:begin + 32]
