"""What the end-to-end tests share: a running hark, a real broker, a webhook sender that retries, a firehose.

Everything is real: processes, sockets, signals, files. Only the standard library and kcat are used.
"""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import queue
import random
import re
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.request

PROJECT = pathlib.Path(__file__).resolve().parents[2]
HARK = os.environ.get("HARK", str(PROJECT / "build/release/engine/hark"))
TOKEN = "end-to-end-token"
PATIENCE_S = 90  # generous: machines are slow under sanitizers
SHADOW = 6 if os.environ.get("HARK_SANITIZE") == "thread" else 1  # what ThreadSanitizer keeps of each byte


def wait_for(what, condition, seconds=PATIENCE_S):
    """Waits until condition() is truthy and returns it; fails with `what` in the message."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def free_port(count=1):
    """The first of `count` ports in a row, below those that the kernel gives to outgoing connections."""
    while True:
        first = random.randrange(12000, 32000 - count)
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in range(first, first + count):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


class Hark:
    """One hark process in a folder of its own. `config` is YAML; {folder} in it is replaced."""

    def __init__(self, config, folder=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="hark-e2e-"))
        self.port = free_port()
        self.admin = free_port()
        self.config = self.folder / "hark.yaml"
        self.config.write_text(
            config.replace("{folder}", str(self.folder)).replace("{port}", str(self.port))
            + f"\nadmin: {{address: 127.0.0.1, port: {self.admin}}}\n")
        self.log = self.folder / "hark.log"
        self.environment = {**os.environ, "HARK_E2E_TOKEN": TOKEN}
        self.process = None

    def start(self, *arguments, ready=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([HARK, "run", "-c", str(self.config), *arguments], stderr=log,
                                            env=self.environment)
        if ready:
            wait_for("readiness; log:\n" + str(self.log), self.is_ready)
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"hark ended with {self.process.returncode}:\n{self.log.read_text()[-3000:]}")
        return self.get("/readyz")[0] == 200

    def get(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=60)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError as error:
            return 0, str(error)
        finally:
            connection.close()

    def metric(self, name, **labels):
        """Sum over the series of this name that have these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            found = re.match(r"(\w+)(?:\{(.*)\})? (\S+)$", line)
            if found and found[1] == name:
                have = dict(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))
                if all(have.get(key) == value for key, value in labels.items()):
                    total += float(found[3])
        return total

    def nice_values(self):
        """Of each of its threads: field 19 of proc_pid_stat(5)."""
        return [int(fields_after_name(stat)[16]) for stat in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/stat")]

    def memory_mib(self):
        """The most that it has had so far."""
        return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=PATIENCE_S):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()


def fields_after_name(stat):
    """Of proc_pid_stat(5), whose first two fields are the number and the name in brackets."""
    return pathlib.Path(stat).read_text().rpartition(")")[2].split()


class Broker:
    """One or three real Kafka nodes, by tests/broker/broker."""

    def __init__(self, nodes=1, settings=()):
        self.folder = tempfile.mkdtemp(prefix="hark-broker-")
        self.port = free_port(2 * nodes)
        self.nodes = nodes
        chosen = [word for setting in settings for word in ("--set", setting)]
        try:
            out = self.run("start", "--nodes", str(nodes), "--port", str(self.port), *chosen)
        except AssertionError:
            self.close()
            raise
        self.servers = out.strip().splitlines()[-1]

    def run(self, *words):
        done = subprocess.run([str(PROJECT / "tests/broker/broker"), *words, "--dir", self.folder],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def close(self):
        with contextlib.suppress(AssertionError):
            self.run("stop")

    def cpu_s(self):
        """What its nodes have used: user and system time, fields 14 and 15 of proc_pid_stat(5)."""
        pids = [int(file.read_text()) for file in pathlib.Path(self.folder).glob("node-*/pid")]
        return sum(sum(map(int, fields_after_name(f"/proc/{pid}/stat")[11:13])) for pid in pids) / os.sysconf("SC_CLK_TCK")

    def records(self, topic):
        """Every value in the topic now, read to its end."""
        done = subprocess.run(["kcat", "-C", "-b", self.servers, "-t", topic, "-o", "beginning", "-e", "-q",
                               "-X", "topic.metadata.refresh.interval.ms=500", "-f", "%s\n"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    def ids(self, topic="hark.mentions"):
        return [record["id"] for record in self.records(topic)]


def directory_records(folder, topic="hark.mentions"):
    """Every record of a directory sink's topic."""
    records = []
    for segment in sorted((pathlib.Path(folder) / topic).glob("*.ndjson")):
        records += [json.loads(line) for line in segment.read_text().splitlines()]
    return records


class Sender(threading.Thread):
    """A webhook client as platforms are: posts one body after another and repeats each until it is answered 2xx."""

    def __init__(self, port, ids, path="/posts", text="Where is my refund? It has been two weeks"):
        super().__init__(daemon=True)
        self.port, self.path, self.text = port, path, text
        self.todo = queue.SimpleQueue()
        for one in ids:
            self.todo.put(one)
        self.answered = []
        self.statuses = {}
        self.halt = threading.Event()

    def run(self):
        connection = None
        while not self.halt.is_set() and not self.todo.empty():
            one = self.todo.get()
            while not self.halt.is_set():
                try:
                    connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                    status = self.post(connection, one)
                except (OSError, http.client.HTTPException):
                    connection, status = None, 0
                self.statuses[status] = self.statuses.get(status, 0) + 1
                if 200 <= status < 300:
                    self.answered.append(one)
                    break
                time.sleep(0.1)

    def post(self, connection, one):
        body = json.dumps({"id": one, "text": self.text, "thread": f"thread-{one}"})
        connection.request("POST", self.path, body, {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status


def post(port, body, path="/posts", token=TOKEN, headers=None):
    """One request; (status, headers, body)."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", path, body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()


def jetstream_post(number, text="Acme, where is my refund?"):
    """A Jetstream v1 event; its time_us is its cursor."""
    return json.dumps({
        "did": f"did:plc:author{number % 97}", "time_us": 1_700_000_000_000_000 + number * 1_000_000, "kind": "commit",
        "commit": {"rev": f"rev{number}", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"post{number}",
                   "record": {"$type": "app.bsky.feed.post", "createdAt": "2026-11-23T10:00:00.000Z", "text": text, "langs": ["en"]},
                   "cid": f"cid{number}"}})


def jetstream_id(number):
    return f"bluesky:at://did:plc:author{number % 97}/app.bsky.feed.post/post{number}"


def read_head(client):
    """The header of a request, or None when the client has gone."""
    request = b""
    while b"\r\n\r\n" not in request:
        part = client.recv(4096)
        if not part:
            return None
        request += part
    return request.decode()


def accept_websocket(client):
    """Answers the upgrade; its header, or None when the client has gone."""
    head = read_head(client)
    if head is not None:
        key = re.search(r"(?i)sec-websocket-key: *(\S+)", head)[1]
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        client.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
    return head


def send_text(client, text):
    """One text message of a WebSocket's server."""
    data = text.encode()
    size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
    client.sendall(b"\x81" + size + data)


def receive_text(client):
    """The next short text message of a WebSocket's client."""
    while True:
        kind, size = client.recv(2)
        size &= 127
        if size == 126:
            size = struct.unpack(">H", client.recv(2))[0]
        mask = client.recv(4)
        data = client.recv(size) if size else b""
        if kind & 15 == 1:
            return bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)).decode()


class Firehose:
    """A Jetstream that replays from the cursor it is asked for. `events` grows by add(); faults are forced by its fields."""

    def __init__(self):
        self.events = []          # (cursor, text)
        self.mute = False         # keep the socket open and say nothing
        self.cursors_asked = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def add(self, numbers, garbage_every=0):
        for number in numbers:
            if garbage_every and number % garbage_every == 0:
                self.events.append((None, "{\"did\": broken \x01}"))
            self.events.append((1_700_000_000_000_000 + number * 1_000_000, jetstream_post(number)))

    def close(self):
        self.open = False
        self.listener.close()

    def _accept(self):
        while self.open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client:
            head = accept_websocket(client)
            if head is None:
                return
            asked = re.search(r"[?&]cursor=(\d+)", head)
            cursor = int(asked[1]) if asked else 0
            self.cursors_asked.append(cursor)
            threading.Thread(target=self._drain, args=(client,), daemon=True).start()
            self._send_events(client, cursor)

    def _drain(self, client):
        with contextlib.suppress(OSError):
            while client.recv(4096):
                pass

    def _send_events(self, client, cursor):
        at = 0
        while self.open:
            if self.mute or at >= len(self.events):
                time.sleep(0.01)
                client.getpeername()
                continue
            when, text = self.events[at]
            at += 1
            if when is not None and when < cursor:
                continue
            send_text(client, text)


WEBHOOK_SOURCE = """
listeners: [{address: 127.0.0.1, port: {port}}]
sources:
  - {name: hook, platform: generic, path: /posts, verify: bearer, secrets: "${HARK_E2E_TOKEN}"}
"""
