"""A witness of a log, over HTTP, written from C2SP tlog-witness, tlog-cosignature and tlog-checkpoint, and RFC 9162.

It has nothing of the product's code. It knows one log by its key, keeps the last checkpoint that it cosigned in a file, and
cosigns another one only if the log proves that it grew from there.
"""

import base64
import hashlib
import json
import re
import threading
import time

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit import tlog
from harness.failure import require
from harness.wire import Wire

EMPTY = hashlib.sha256(b"").digest()
LONGEST = 1 << 20


class Refusal(Exception):
    """A status, and the octets and the type that go with it."""

    def __init__(self, status, body=b"", kind="text/plain"):
        super().__init__(status)
        self.status, self.body, self.kind = status, body, kind


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def consistent(old_size, old_root, size, root, proof):
    """Whether a proof leads from one tree to another, as RFC 9162 §2.1.4.2 says, step by step."""
    if old_size in (0, size):
        return not proof and old_root == (EMPTY if old_size == 0 else root)
    proof = list(proof)
    if old_size & (old_size - 1) == 0:
        proof.insert(0, old_root)
    if not proof:
        return False
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for hash in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(hash, fr), node(hash, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, hash)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == root and sn == 0


def root_of(leaves):
    """The root of a tree of these hashes of entries, as RFC 9162 §2.1.1 defines it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:left]), root_of(leaves[left:]))


class Witness:
    """A witness that is asked while its context lasts, or fetches. `behaviour` makes it fail or hang."""

    def __init__(self, folder, log_key, name="witness.example/w1", seed=1):
        self.log = tlog.Key.read(log_key)
        self.state = folder / f"{name.replace('/', '-')}.json"
        self.name = name
        self.private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(name.encode() + b"\n\x04" + self.public).digest()[:4]
        self.lock = threading.Lock()
        # Answers in its place: a status, or None to hang until it ends.
        self.behaviour = []
        self.answers = []
        self.ended = threading.Event()
        self.server = None

    @property
    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([4]) + self.public).decode()}"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/w"

    @property
    def configuration(self):
        if self.server is None:
            return {"key": self.vkey}
        return {"url": self.url, "key": self.vkey, "allowsPlainHTTP": True}

    @property
    def last(self):
        """Size, root and note of the checkpoint that it cosigned last."""
        if not self.state.exists():
            return 0, EMPTY, b""
        kept = json.loads(self.state.read_text())
        return kept["size"], bytes.fromhex(kept["root"]), kept["note"].encode()

    def __enter__(self):
        witness = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(min(int(self.headers["Content-Length"]), LONGEST))
                try:
                    status, answer, kind = 200, witness.take(self.path, body), "text/plain"
                except Refusal as refusal:
                    status, answer, kind = refusal.status, refusal.body, refusal.kind
                witness.answers.append(status)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def take(self, path, body):
        """The lines of the answer to a request."""
        if self.behaviour:
            status = self.behaviour[0]
            if status is None:
                self.ended.wait()
            raise Refusal(status or 500)
        if path != "/w/add-checkpoint":
            raise Refusal(404)
        head, blank, note = body.partition(b"\n\n")
        lines = head.decode().split("\n")
        match = re.fullmatch("old (0|[1-9][0-9]*)", lines[0])
        if not blank or not match or len(lines) > 64:
            raise Refusal(400)
        old, proof = int(match[1]), [base64.b64decode(line, validate=True) for line in lines[1:]]
        text, _ = tlog.signatures(note)
        if text.split(b"\n")[0].decode() != self.log.name:
            raise Refusal(404)
        try:
            checkpoint = tlog.checkpoint(note, self.log.name, self.log, [])
        except tlog.Refused as refused:
            raise Refusal(403) from refused
        if old > checkpoint.size:
            raise Refusal(400)
        with self.lock:
            size, root, _ = self.last
            if old != size:
                raise Refusal(409, f"{size}\n".encode(), "text/x.tlog.size")
            if old == checkpoint.size and root != checkpoint.root:
                raise Refusal(409, f"{size}\n".encode(), "text/x.tlog.size")
            if not consistent(size, root, checkpoint.size, checkpoint.root, proof):
                raise Refusal(422)
            line = self.cosign(text)
            self.keep(checkpoint, note + line)
            return line

    def keep(self, checkpoint, note):
        # Whoever reads it meanwhile has one or the other.
        new = self.state.with_suffix(".new")
        new.write_text(json.dumps({"size": checkpoint.size, "root": checkpoint.root.hex(), "note": note.decode()}))
        new.replace(self.state)

    # Fetching

    def fetch(self, base, *headers):
        """Cosigns the checkpoint that a gateway offers, if its tiles show that the log only grew. The answer."""
        wire = Wire(None)

        def get(path):
            answer = wire.send("GET", f"{base}/log/{path}", headers)
            # Tiles are no text.
            require(answer.status == 200, f"{path}: {answer.status}")
            return answer.body

        note = get("cosignatures")
        checkpoint = tlog.checkpoint(note, self.log.name, self.log, [])
        full, rest = divmod(checkpoint.size, 256)
        octets = b"".join(get(f"tile/0/{index:03}") for index in range(full))
        octets += get(f"tile/0/{full:03}.p/{rest}") if rest else b""
        leaves = [octets[begin:begin + 32] for begin in range(0, len(octets), 32)]
        with self.lock:
            size, root, _ = self.last
            require(size <= checkpoint.size and root_of(leaves[:size]) == root, "the log did not grow from what was seen")
            require(root_of(leaves) == checkpoint.root, "the tiles are of another tree")
            note += self.cosign(tlog.signatures(note)[0])
            self.keep(checkpoint, note)
        return self.bring(base, note, *headers)

    @staticmethod
    def bring(base, note, *headers, source=None):
        media = ("Content-Type", "text/plain; charset=utf-8")
        return Wire(None, source=source).send("POST", f"{base}/log/cosignatures", [media, *headers], note)

    def cosign(self, text, seconds=None):
        seconds = int(time.time()) if seconds is None else seconds
        signature = self.private.sign(b"cosignature/v1\ntime %d\n" % seconds + text)
        octets = self.id + seconds.to_bytes(8, "big") + signature
        return "\N{EM DASH} {} {}\n".format(self.name, base64.b64encode(octets).decode()).encode()
