"""Shows that the meter finds a reader whose work grows with the square of the body, and lets others pass."""

import subprocess
import sys

import pytest

from growth.meter import Meter

# A service whose work for a body of n values grows as its path says.
SERVICE = """
import json, time
from http.server import BaseHTTPRequestHandler, HTTPServer

def work(seconds):
    # By the processor's clock: what the machine does besides makes a loop of so many turns slower, but not this one.
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        values = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/quadratic":
            work((len(values) / 14000) ** 2)
        elif self.path == "/linear":
            work(len(values) / 40000)
        self.send_response(429 if self.path == "/unread" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@pytest.fixture(scope="module")
def growth():
    """How a path's work grows from so many values to twice as many."""
    with subprocess.Popen([sys.executable, "-c", SERVICE], stdout=subprocess.PIPE, text=True) as service:
        meter = Meter(f"http://127.0.0.1:{int(service.stdout.readline())}", "x")

        def growth(path, count):
            bodies = [str(list(range(count * times))) for times in (1, 2)]
            return meter.growth(path, "application/json", *bodies)

        yield growth
        service.kill()


def test_a_quadratic_reader_is_found(growth):
    times, fault = growth("/quadratic", 4000)
    assert times > 3 and fault


def test_a_linear_reader_passes(growth):
    times, fault = growth("/linear", 4000)
    assert times > 1 and not fault


def test_what_costs_next_to_nothing_passes(growth):
    assert growth("/quick", 100) == (0, None)


def test_what_was_not_read_is_a_fault(growth):
    _, fault = growth("/unread", 100)
    assert "429" in fault
