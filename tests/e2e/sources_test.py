#!/usr/bin/env python3
"""Sources that Hark goes to: the worked examples of the documents, `hark sources`. Usage: sources_test.py [TEST]"""

import contextlib
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from harness import (HARK, PROJECT, WEBHOOK_SOURCE, Hark, accept_websocket, directory_records, free_port, read_head,
                     receive_text, send_text, wait_for)

DIRECTORY = "sink: {directory: {path: \"{folder}/topics\"}}\n"
PAGE = (PROJECT / "docs/platforms/generic.md").read_text()


def example(host):
    """The block of the page that goes to this host."""
    return next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if f"//{host}/" in block)


class Server:
    """Serves each connection with `serve(socket)`, on threads."""

    def __init__(self, serve, tls=None):
        self.serve, self.tls = serve, tls
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        with contextlib.suppress(OSError, ValueError):
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            with client:
                self.serve(client)

    def close(self):
        self.listener.close()


def reply(client, status, body="", headers=""):
    client.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode())


class Case(unittest.TestCase):
    def server(self, serve, tls=None):
        server = Server(serve, tls)
        self.addCleanup(server.close)
        return server

    def hark(self, config):
        hark = Hark(config)
        self.addCleanup(hark.close)
        return hark


class Examples(Case):
    def test_the_review_site(self):
        reviews = [{"id": n, "comment": f"Where is my refund, number {n}?", "customer": {"name": "Anna"},
                    "written_at": "2026-11-28T10:00:00Z"} for n in range(1, 6)]
        asked = []

        def serve(client):
            head = read_head(client)
            asked.append(head)
            after = re.search(r"after=(\d+)", head)
            rest = [one for one in reviews if one["id"] > (int(after[1]) if after else 0)]
            page = rest[:2]
            last = str(page[-1]["id"]) if page else after[1]
            reply(client, "200 OK", json.dumps({"reviews": page, "paging": {"next": last, "has_more": len(rest) > 2}}))

        server = self.server(serve)
        os.environ["REVIEWS_TOKEN"] = "r-token"
        config = example("api.reviews.example").replace("https://api.reviews.example", f"http://127.0.0.1:{server.port}")
        hark = self.hark(config + DIRECTORY).start()
        wait_for("five reviews", lambda: len(directory_records(hark.folder / "topics")) == 5, 30)
        records = directory_records(hark.folder / "topics")
        self.assertEqual([record["id"] for record in records], [f"reviews:{n}" for n in range(1, 6)])
        self.assertEqual(records[0]["author"]["name"], "Anna")
        self.assertEqual(records[0]["created_at"], "2026-11-28T10:00:00.000Z")
        self.assertTrue(all("\r\nAuthorization: Bearer r-token\r\n" in head for head in asked))
        self.assertEqual(len(asked), 3, "pages that were full are followed at once, the last waits its minute")
        self.assertEqual(hark.stop(), 0)
        reviews.append({"id": 6, "comment": "after the stop", "written_at": "2026-11-28T10:00:00Z"})
        hark.start()
        wait_for("the sixth", lambda: len(directory_records(hark.folder / "topics")) == 6, 30)
        self.assertIn("after=5", asked[3], "it goes on where it was acknowledged")

    def test_the_forum(self):
        said = []
        heads = []

        def serve(client):
            heads.append(accept_websocket(client))
            said.append(json.loads(receive_text(client)))
            since = re.search(r"since=(\d+)", heads[-1])
            send_text(client, json.dumps({"seq": 4, "type": "presence", "who": "anna"}))
            for seq in range((int(since[1]) if since else 4) + 1, 7):
                send_text(client, json.dumps({"seq": seq, "type": "post", "post": {
                    "id": f"a{seq}", "body": "Where is my refund?", "by": "anna", "topic": "t7"}}))
            while client.recv(4096):
                pass

        server = self.server(serve)
        os.environ["FORUM_TOKEN"] = "f-token"
        config = example("forum.example").replace("wss://forum.example", f"ws://127.0.0.1:{server.port}")
        hark = self.hark(config + DIRECTORY).start()
        wait_for("two posts", lambda: len(directory_records(hark.folder / "topics")) == 2, 30)
        record = directory_records(hark.folder / "topics")[0]
        self.assertEqual((record["id"], record["thread"], record["author"]["handle"]), ("forum:a5", "forum:t7", "anna"))
        self.assertEqual(said[0], {"op": "subscribe", "token": "f-token", "boards": ["support"]})
        self.assertEqual(hark.metric("hark_ignored_total"), 1)
        self.assertEqual(hark.stop(), 0)
        hark.start()
        wait_for("the second visit", lambda: len(heads) == 2, 30)
        self.assertIn("since=6", heads[1])


class Sources(Case):
    def sources(self, hark, *words):
        done = subprocess.run([HARK, "sources", "-c", str(hark.config), *words] if "test" not in words
                              else [HARK, "sources", *words, "-c", str(hark.config)],
                              capture_output=True, text=True, timeout=120, env=hark.environment)
        return done.returncode, done.stdout, done.stderr

    def trial(self, url, more="", seconds="5"):
        hark = self.hark(f"sources: [{{name: mine, platform: generic, url: \"{url}\"{more}}}]\n" + DIRECTORY)
        status, out, _ = self.sources(hark, "test", "mine", "--seconds", seconds)
        return status, out

    def certificate(self, name):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="hark-tls-"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out",
                        folder / "cert.pem", "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
                       check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        return tls, folder / "cert.pem"

    def test_listed_with_state_place_lag_and_what_is_wrong(self):
        def serve(client):
            read_head(client)
            reply(client, "200 OK", json.dumps({"id": "1", "text": "hello", "next": "p1", "created_at": "2026-11-28T10:00:00Z"}))

        server = self.server(serve)
        refusing = self.server(lambda client: (read_head(client), reply(client, "401 Unauthorized")))
        hark = self.hark(WEBHOOK_SOURCE + f"""
  - {{name: poll, platform: generic, url: "http://127.0.0.1:{server.port}/", cursor: /next, cursor_parameter: a, interval: 1 s}}
  - {{name: locked, platform: generic, url: "http://127.0.0.1:{refusing.port}/"}}
""" + DIRECTORY).start(ready=False)

        def lines():
            _, out, _ = self.sources(hark, "--json")
            return {one["source"]: one for one in map(json.loads, out.splitlines())}

        listed = wait_for("all of it", lambda: (lambda got: got if got.get("poll", {}).get("cursor") and
                                                got.get("locked", {}).get("problem") else None)(lines()), 60)
        self.assertEqual(listed["hook"]["state"], "listening")
        self.assertEqual((listed["poll"]["state"], listed["poll"]["cursor"]), ("up", "p1"))
        self.assertIn("last_event", listed["poll"])
        self.assertGreaterEqual(listed["poll"]["lag_seconds"], 0)
        self.assertEqual(listed["locked"]["state"], "refused")
        self.assertEqual(listed["locked"]["problem"], "HTTP status 401: the credentials were not accepted")
        status, out, _ = self.sources(hark)
        self.assertEqual(status, 1)
        self.assertRegex(out, r"(?m)^poll +up +\S+Z +\d+ (s|min|h) +0 +p1$")
        self.assertIn("401", hark.get("/sources")[1])
        self.assertEqual(hark.get("/readyz")[0], 503)
        self.assertEqual(hark.stop(), 0)
        status, out, err = self.sources(hark)
        self.assertEqual(status, 1)
        self.assertIn("no daemon answers at", err)
        self.assertRegex(out, r"(?m)^poll +unknown .* p1$", "the stored place is known")

    def test_a_good_poll_and_a_good_stream(self):
        server = self.server(lambda client: (read_head(client), reply(client, "200 OK", "{\"id\":\"1\",\"text\":\"hello\"}")))
        status, out = self.trial(f"http://127.0.0.1:{server.port}/")
        self.assertEqual((status, out), (0, "mine: address, credentials and handshake are good (1 messages or replies, 1 mentions)\n"))

        def quiet(client):
            accept_websocket(client)
            while client.recv(4096):
                pass

        status, out = self.trial(f"ws://127.0.0.1:{self.server(quiet).port}/", seconds="1")
        self.assertEqual(status, 0, out)
        self.assertIn("(0 messages or replies, 0 mentions)", out)

    def test_each_fault_in_plain_words(self):
        nobody = free_port()

        def refuse(code):
            return self.server(lambda client: (read_head(client), reply(client, code))).port

        mute = self.server(lambda client: time.sleep(20)).port
        plain = self.server(lambda client: (client.recv(10), reply(client, "400 Bad Request"))).port
        rubbish = self.server(lambda client: (read_head(client), reply(client, "200 OK", "<html>"))).port
        for url, words in [
                (f"http://127.0.0.1:{nobody}/", f"127.0.0.1 port {nobody} refused the connection: nothing listens there"),
                ("http://no-such-host.invalid/", "the name no-such-host.invalid was not resolved"),
                (f"http://127.0.0.1:{refuse('401 No')}/", "HTTP status 401: the credentials were not accepted"),
                (f"http://127.0.0.1:{refuse('403 No')}/", "HTTP status 403: these credentials may not have it"),
                (f"http://127.0.0.1:{refuse('404 No')}/", "HTTP status 404: there is nothing at this address"),
                (f"http://127.0.0.1:{refuse('301 Over there')}/", "HTTP status 301: it has moved"),
                (f"ws://127.0.0.1:{refuse('200 OK')}/", "HTTP status 200, so this is no WebSocket"),
                (f"ws://127.0.0.1:{refuse('401 No')}/", "HTTP status 401: the credentials were not accepted"),
                (f"http://127.0.0.1:{mute}/", "no answer in time"),
                (f"http://127.0.0.1:{rubbish}/", "what it sends cannot be read: malformed_json"),
                (f"https://127.0.0.1:{plain}/", "TLS with 127.0.0.1 failed"),
        ]:
            with self.subTest(url=url):
                status, out = self.trial(url, seconds="2")
                self.assertEqual(status, 1, out)
                self.assertIn(words, out)

    def test_certificates(self):
        tls, authority = self.certificate("localhost")
        server = self.server(lambda client: (read_head(client), reply(client, "200 OK", "{\"id\":\"1\",\"text\":\"a\"}")), tls)
        status, out = self.trial(f"https://localhost:{server.port}/")
        self.assertEqual(status, 1)
        self.assertRegex(out, "the certificate of localhost was not accepted: self[- ]signed certificate")
        status, out = self.trial(f"https://localhost:{server.port}/", f", ca_file: \"{authority}\"")
        self.assertEqual(status, 0, out)
        other, authority = self.certificate("elsewhere.example")
        server = self.server(lambda client: read_head(client), other)
        status, out = self.trial(f"https://localhost:{server.port}/", f", ca_file: \"{authority}\"")
        self.assertEqual(status, 1)
        self.assertIn("was not accepted", out)

    def test_usage(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY)
        status, _, err = self.sources(hark, "test", "nobody")
        self.assertEqual((status, err), (2, "hark: the configuration has no source `nobody`\n"))
        status, out, _ = self.sources(hark, "test", "hook")
        self.assertEqual((status, out), (0, "hook: requests to /posts are waited for: there is nothing to go to\n"))
        status, out, _ = self.sources(hark, "test", "hook", "--json")
        self.assertEqual(json.loads(out), {"source": "hook", "state": "good", "gaps": 0})
        hark.config.write_text("sources: [{name: a, platform: generic, url: \"ftp://x\"}]\n")
        status, _, err = self.sources(hark, "test", "a")
        self.assertEqual(status, 78)
        self.assertIn("`url` is a wss:// or https:// address", err)
        help_text = subprocess.run([HARK, "sources", "--help"], capture_output=True, text=True, check=True).stdout
        self.assertIn("hark sources test bluesky", help_text)


if __name__ == "__main__":
    unittest.main()
