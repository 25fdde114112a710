#!/usr/bin/env python3
"""The daemon and the command line on the directory sink. Usage: daemon_test.py [TEST]"""

import contextlib
import json
import os
import pathlib
import resource
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from harness import (HARK, PATIENCE_S, PROJECT, SHADOW, WEBHOOK_SOURCE, Hark, Sender, directory_records, free_port, post, wait_for)

DIRECTORY = "sink: {directory: {path: \"{folder}/topics\"}}\n"


class Daemon(unittest.TestCase):
    def hark(self, config):
        hark = Hark(config)
        self.addCleanup(hark.close)
        return hark

    def test_post_to_record(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        body = json.dumps({"id": "1", "text": "Where is my refund? Nobody answers. Call +1 202 555 0143", "thread": "t"})
        status, _, _ = post(hark.port, body)
        self.assertEqual(status // 100, 2)
        record = directory_records(hark.folder / "topics")[0]
        self.assertEqual(record["schema"], 1)
        self.assertIn("[PHONE]", record["text"])
        self.assertNotIn("555", record["text"])
        self.assertIn("pii", record["labels"])
        self.assertTrue(record["evidence"])
        for evidence in record["evidence"]:
            if "span" in evidence:
                begin, end = evidence["span"]
                self.assertLess(begin, end)
                self.assertLessEqual(end, len(record["text"]))
        self.assertEqual(directory_records(hark.folder / "topics", "hark.pii")[0]["id"], record["id"])

    def test_the_same_delivery_twice_is_one_record_even_after_kill_9(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        body = json.dumps({"id": "1", "text": "hello"})
        for _ in range(3):
            self.assertEqual(post(hark.port, body)[0] // 100, 2)
        hark.kill()
        hark.start()
        self.assertEqual(post(hark.port, body)[0] // 100, 2)
        self.assertEqual(len(directory_records(hark.folder / "topics")), 1)
        self.assertEqual(hark.metric("hark_duplicates_total"), 1)

    def test_refusals(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        self.assertEqual(post(hark.port, "{}", path="/nowhere")[0], 404)
        self.assertEqual(post(hark.port, "{}", token="wrong")[0], 401)
        status, _, answer = post(hark.port, "{\"text\": \"secret words\", ")
        self.assertEqual(status, 400)
        self.assertNotIn("secret words", answer)
        self.assertEqual(post(hark.port, "x" * (5 * 1024 * 1024))[0], 413)
        # A batch of nothing but bad posts is answered as one bad post is.
        for body in ("{\"id\": \"1\"}", "[{\"id\": \"1\"}, {\"id\": \"2\"}]"):
            status, _, answer = post(hark.port, body)
            self.assertEqual((status, answer), (400, "missing_member"))
        letters = directory_records(hark.folder / "topics", "hark.deadletter")
        self.assertEqual(len(letters), 3)
        self.assertNotIn("secret words", hark.log.read_text())
        self.assertNotIn("secret words", hark.get("/metrics")[1])

    def small_disk(self, size):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="hark-full-"))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
        self.assertEqual(mounted.returncode, 0, "this test needs the right to mount a small filesystem")
        self.addCleanup(subprocess.run, ["umount", "-l", str(folder)])
        return folder

    def test_full_disk_is_back_pressure(self):
        folder = self.small_disk("1m")
        hark = self.hark(WEBHOOK_SOURCE.replace("}]\nsources", ", answer_timeout: 2 s}]\nsources")
                         + "in_flight_bytes: 1 MiB\n"
                         + f"sink: {{directory: {{path: \"{folder}/topics\"}}}}\n").start()
        ballast = folder / "ballast"
        ballast.write_bytes(b"x" * 700_000)
        senders = [Sender(hark.port, [f"{n}-{i}" for i in range(150)], text="refund please " * 100) for n in range(4)]
        for sender in senders:
            sender.start()
        wait_for("the disk to be full", lambda: hark.get("/readyz")[0] == 503)
        time.sleep(3)
        self.assertTrue(any(sender.statuses.get(503) for sender in senders))
        ballast.unlink()
        # Room for the rest: segments that a consumer has taken may be removed by the operator.
        subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)
        for sender in senders:
            sender.join(PATIENCE_S)
            self.assertFalse(sender.is_alive())
        wanted = {one for sender in senders for one in sender.answered}
        self.assertEqual(len(wanted), 600)
        got = {record["id"] for record in directory_records(folder / "topics")}
        self.assertEqual({f"generic:{one}" for one in wanted} - got, set())

    def test_sigterm_finishes_and_a_second_start_goes_on(self):
        posts = pathlib.Path(tempfile.mkdtemp()) / "posts.ndjson"
        posts.write_text("".join(json.dumps({"id": f"f:{i}", "text": f"post {i}"}) + "\n" for i in range(1000)))
        hark = self.hark(f"sources: [{{name: f, platform: mention, file: \"{posts}\", follow: true}}]\n" + DIRECTORY).start()
        wait_for("the file", lambda: hark.metric("hark_records_total") == 1000)
        self.assertEqual(hark.stop(), 0)
        with open(posts, "a") as more:
            more.write(json.dumps({"id": "f:more", "text": "one more"}) + "\n")
        hark.start()
        wait_for("the rest", lambda: hark.metric("hark_records_total") >= 1)
        self.assertEqual(hark.metric("hark_mentions_total"), 1, "a restart must not read the file again")
        self.assertEqual(len(directory_records(hark.folder / "topics")), 1001)

    def test_a_file_that_cannot_be_followed_is_told(self):
        hark = self.hark("sources: [{name: f, platform: text, file: \"{folder}/posts\", follow: true}]\n" + DIRECTORY).start()
        posts = hark.folder / "posts"
        source = lambda: json.loads(hark.get("/sources")[1])
        self.assertEqual((source()["state"], source()["problem"]), ("waiting", f"{posts}: No such file or directory"))
        posts.write_text("one\n")
        wait_for("a post", lambda: hark.metric("hark_records_total") == 1)
        self.assertEqual(source()["state"], "reading")
        posts.rename(hark.folder / "posts.1")
        posts.mkdir()
        (posts / "x").write_text("")
        wait_for("the problem", lambda: hark.get("/readyz")[0] == 503)
        self.assertIn(f"source f: {posts}: Is a directory", hark.get("/readyz")[1])
        self.assertEqual(source()["state"], "failing")
        time.sleep(1)
        log = hark.log.read_text()
        self.assertEqual((log.count("Is a directory"), log.count("file_rotated")), (1, 0))
        (posts / "x").unlink()
        posts.rmdir()
        posts.write_text("two\n")
        wait_for("the other post", lambda: hark.metric("hark_records_total") == 2)
        self.assertEqual(hark.get("/readyz")[0], 200)
        self.assertEqual(hark.log.read_text().count("file_rotated"), 1)

    def test_a_pipe_whose_writer_has_gone_is_closed(self):
        pipe = pathlib.Path(tempfile.mkdtemp()) / "pipe"
        os.mkfifo(pipe)
        hark = self.hark(f"sources: [{{name: f, platform: text, file: \"{pipe}\"}}]\n" + DIRECTORY).start()
        pipe.write_text("one\n")
        wait_for("the end", lambda: json.loads(hark.get("/sources")[1])["state"] == "finished", 10)
        self.assertEqual(hark.metric("hark_records_total"), 1)
        with self.assertRaises(OSError):
            os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)

    def test_a_line_too_long_is_told_with_its_length(self):
        posts = pathlib.Path(tempfile.mkdtemp()) / "posts"
        posts.write_text("x" * 5_000_000 + "\nshort\n")
        hark = self.hark(f"sources: [{{name: f, platform: text, file: \"{posts}\"}}]\n" + DIRECTORY).start()
        wait_for("the short one", lambda: hark.metric("hark_records_total") == 1)
        letter = directory_records(hark.folder / "topics", "hark.deadletter")[0]
        self.assertEqual((letter["reason"], letter["payload_bytes"], letter.get("truncated")), ("too_large", 5_000_000, True))
        self.assertIn("bytes=5000000", hark.log.read_text())

    def with_a_post_in_hand(self, stop_timeout):
        """A daemon whose disk is full, and who sends to it."""
        folder = self.small_disk("200k")
        hark = self.hark(WEBHOOK_SOURCE + f"stop_timeout: {stop_timeout}\nsink: {{directory: {{path: \"{folder}/topics\"}}}}\n").start()
        (folder / "ballast").write_bytes(b"x" * 190_000)
        sender = Sender(hark.port, ["never"], text="long " * 5000)
        sender.start()
        self.addCleanup(sender.halt.set)
        wait_for("a post in hand", lambda: hark.metric("hark_in_flight_bytes") > 0)
        return hark, sender

    def test_second_sigterm_ends_at_once(self):
        hark, sender = self.with_a_post_in_hand("10 min")
        hark.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        self.assertIsNone(hark.process.poll(), "the first signal waits for the sink")
        hark.process.send_signal(signal.SIGTERM)
        hark.process.wait(10)
        sender.halt.set()
        self.assertEqual(sender.answered, [])

    def test_two_signals_in_one_moment_are_one(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        waiting = socket.create_connection(("127.0.0.1", hark.port))
        self.addCleanup(waiting.close)
        waiting.sendall(b"POST /posts HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n")
        wait_for("the connection", lambda: hark.metric("hark_webhook_connections") == 1)
        for _ in range(2):
            hark.process.send_signal(signal.SIGTERM)
            time.sleep(0.001)
        waiting.close()
        self.assertEqual(hark.process.wait(PATIENCE_S), 0, hark.log.read_text())

    def test_a_stop_that_leaves_posts_undelivered_is_told_by_its_status(self):
        hark, _ = self.with_a_post_in_hand("1 s")
        self.assertEqual(hark.stop(), 75)
        self.assertIn("stopped_with_posts_in_hand", hark.log.read_text())

    def test_a_start_that_the_world_hinders_is_not_a_wrong_configuration(self):
        first = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        other = self.hark(WEBHOOK_SOURCE.replace("{port}", str(first.port + 1)) + DIRECTORY)
        text = other.config.read_text()
        for hindered in (text.replace(f"port: {other.admin}", f"port: {first.admin}"),
                         text + f"state_folder: {first.folder}/state\n",
                         text.replace(f"{other.folder}/topics", f"{first.folder}/topics"),
                         text.replace("path: /posts, verify: bearer, secrets: \"${HARK_E2E_TOKEN}\"", "file: /nowhere/posts")):
            other.config.write_text(hindered)
            self.assertEqual(other.start(ready=False).process.wait(PATIENCE_S), 75, other.log.read_text())

    def test_closed_descriptors_are_no_files_of_ours(self):
        posts = f"sources: [{{name: f, platform: mention, file: \"{PROJECT}/deploy/sample/posts.ndjson\"}}]\n"
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            hark = self.hark(posts + DIRECTORY)
            done = subprocess.run(["sh", "-c", f"exec \"$0\" run -c \"$1\" --once {closed}", HARK, str(hark.config)],
                                  capture_output=True, timeout=PATIENCE_S)
            self.assertEqual(done.returncode, 0, (closed, done.stderr))
            self.assertEqual(len(directory_records(hark.folder / "topics")), 240, closed)
        for config, closed in ((posts + "sink: {stdout: {}}\n", ">&-"),
                               ("sources: [{name: f, platform: mention, file: \"-\"}]\n" + DIRECTORY, "<&-")):
            hark = self.hark(config)
            done = subprocess.run(["sh", "-c", f"exec \"$0\" run -c \"$1\" --once {closed}", HARK, str(hark.config)],
                                  capture_output=True, timeout=PATIENCE_S)
            self.assertEqual(done.returncode, 75, (closed, done.stderr))

    def certificate(self, folder, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.crt"], check=True, capture_output=True)

    def test_a_reload_by_command_takes_certificates_too_and_says_what_came_of_it(self):
        hark = self.hark(WEBHOOK_SOURCE.replace("}]\nsources", ", tls: {certificate: tls.crt, key: tls.key}}]\nsources") + DIRECTORY)
        self.certificate(hark.folder, "first.example")
        hark.start()

        def shown():
            return ssl.get_server_certificate(("127.0.0.1", hark.port))

        def reload(*words):
            return subprocess.run([HARK, "rules", "reload", *words], capture_output=True, timeout=PATIENCE_S, cwd=hark.folder, text=True)
        first = shown()
        self.certificate(hark.folder, "second.example")
        done = reload()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^reloaded: ruleset \w+, \d+ rules\n")
        self.assertNotEqual(shown(), first)
        self.assertIn("certificates_loaded", hark.log.read_text())
        second = shown()
        (hark.folder / "tls.crt").write_text("none")
        done = reload("-c", str(hark.config))
        self.assertEqual(done.returncode, 78, done.stdout)
        self.assertIn("tls.crt", done.stderr)
        self.assertEqual(shown(), second)

    def test_the_admin_listener_answers_probes(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        with socket.create_connection(("127.0.0.1", hark.admin), timeout=10) as probe:
            probe.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\nHEAD /metrics?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            said = b""
            while more := probe.recv(4096):
                said += more
        answers = said.split(b"\r\n\r\n")
        self.assertEqual(answers[-1], b"", said)
        self.assertEqual([answer.split(b"\r\n")[0] for answer in answers[:-1]], [b"HTTP/1.1 200 OK"] * 2)
        self.assertIn(b"Content-Length: 3", answers[0])
        self.assertEqual(hark.get("/readyz?verbose")[0], 200)

    def test_sources_need_no_secrets_to_ask_the_daemon(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        environment = {name: value for name, value in os.environ.items() if name != "HARK_E2E_TOKEN"}
        for running in (True, False):
            done = subprocess.run([HARK, "sources", "-c", str(hark.config)], capture_output=True, text=True, timeout=PATIENCE_S,
                                  env=environment)
            self.assertEqual(done.returncode, 0 if running else 1, done.stderr)
            self.assertRegex(done.stdout, "(?m)^hook " + ("+listening" if running else "+unknown"))
            hark.kill()

    def test_a_window_of_seen_posts_that_is_begun_anew_is_told(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        self.assertEqual(hark.stop(), 0)
        self.assertNotIn("seen_forgotten", hark.log.read_text())
        seen = hark.folder / "state/seen"
        for change, told in ((lambda: seen.write_bytes(b"x" * seen.stat().st_size), 1),
                             (lambda: hark.config.write_text(hark.config.read_text() + "seen_entries: 4096\n"), 2)):
            change()
            hark.start()
            self.assertEqual(hark.stop(), 0)
            self.assertEqual(hark.log.read_text().count("seen_forgotten"), told)

    def test_a_broker_that_is_away_at_the_start_is_told_at_once(self):
        hark = self.hark(WEBHOOK_SOURCE + f"sink: {{kafka: {{brokers: \"127.0.0.1:{free_port()}\"}}}}\n")
        hark.start(ready=False)
        wait_for("a word of the broker", lambda: "kafka_connecting" in hark.log.read_text())

    def test_while_the_broker_is_waited_for_probes_are_answered(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:  # takes connections and says nothing
            broker = f"127.0.0.1:{mute.getsockname()[1]}"
            hark = self.hark(WEBHOOK_SOURCE + f"sink: {{kafka: {{brokers: \"{broker}\"}}}}\n").start(ready=False)
            wait_for("a probe's answer", lambda: hark.get("/healthz") == (200, "ok\n"))
            self.assertNotIn("event=started", hark.log.read_text())
            status, problem = hark.get("/readyz")
            self.assertEqual(status, 503)
            self.assertIn("broker", problem)
            self.assertEqual(hark.get("/sources"), (200, ""))
            self.assertEqual(hark.get("/rules/reload", "POST")[0], 422)
            self.assertEqual(hark.get("/metrics")[0], 200)
            hark.process.send_signal(signal.SIGHUP)  # there is nothing to reload yet
            wait_for("the start to go on", lambda: "event=started" in hark.log.read_text())
            self.assertIn("kafka", hark.get("/readyz")[1])
            self.assertIn("\"hook\"", hark.get("/sources")[1])

    def test_sighup_takes_new_rules_and_refuses_broken_ones(self):
        hark = self.hark(WEBHOOK_SOURCE + "rules: {folders: [\"{folder}/rules\"]}\n" + DIRECTORY)
        pack = hark.folder / "rules/praise/any.yaml"
        pack.parent.mkdir(parents=True)
        text = ("label: praise\nlang: any\nbias: -1\nthreshold: 0.5\nrules:\n"
                "  - {id: praise.any.word, pattern: WORD, weight: 3, hit: [WORD], miss: [nothing]}\n")
        pack.write_text(text.replace("WORD", "splendid"))
        hark.start()
        post(hark.port, json.dumps({"id": "1", "text": "gorgeous and splendid"}))
        pack.write_text("label: [")
        hark.process.send_signal(signal.SIGHUP)
        wait_for("the refusal in the log", lambda: "rules_refused" in hark.log.read_text())
        post(hark.port, json.dumps({"id": "2", "text": "gorgeous and splendid"}))
        pack.write_text(text.replace("WORD", "gorgeous").replace("any.word", "any.new"))
        hark.process.send_signal(signal.SIGHUP)
        wait_for("the new rules in the log", lambda: "rules_loaded" in hark.log.read_text().split("rules_refused")[1])
        post(hark.port, json.dumps({"id": "3", "text": "gorgeous and splendid"}))
        used = [record["evidence"][0]["rule"] for record in directory_records(hark.folder / "topics")]
        self.assertEqual(used, ["praise.any.word", "praise.any.word", "praise.any.new"])

    def test_ids_that_hold_a_number_are_told_once_without_a_key_and_hashed_with_one(self):
        for key, thread in (("", "sms:+48600700800"), ("publish: {mask_key: \"${HARK_E2E_TOKEN}\"}\n", "sms:[PHONE:")):
            hark = self.hark(WEBHOOK_SOURCE + "shards: 1\n" + key + DIRECTORY).start()
            for number in "12":
                post(hark.port, json.dumps({"id": number, "text": "hello", "thread": "sms:+48600700800"}))
            threads = {record["thread"] for record in directory_records(hark.folder / "topics")}
            self.assertEqual(len(threads), 1)
            self.assertIn(thread, threads.pop())
            self.assertEqual(hark.log.read_text().count("ids_hold_personal_data"), 0 if key else 1)
            self.assertNotIn("48600700800", hark.log.read_text())

    def test_a_port_in_use_is_refused(self):
        first = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        second = self.hark(WEBHOOK_SOURCE.replace("{port}", str(first.port)) + DIRECTORY).start(ready=False)
        self.assertEqual(second.process.wait(PATIENCE_S), 75)
        self.assertIn(f"127.0.0.1:{first.port}: Address already in use", second.log.read_text())
        # One that has just ended leaves connections behind, and no port in use.
        post(first.port, json.dumps({"id": "1", "text": "hello"}))
        self.assertEqual(first.stop(), 0)
        first.start()

    def test_strangers_cannot_take_the_memory(self):
        hark = self.hark(WEBHOOK_SOURCE + DIRECTORY).start()
        before = hark.memory_mib()
        head = b"POST /posts HTTP/1.1\r\nHost: h\r\n"
        endless = socket.create_connection(("127.0.0.1", hark.port))
        self.addCleanup(endless.close)
        with contextlib.suppress(OSError):
            endless.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n1;")
            for _ in range(300):
                endless.sendall(b"a" * (1 << 20))
        held = []
        self.addCleanup(lambda: [one.close() for one in held])
        for _ in range(120):
            held.append(socket.create_connection(("127.0.0.1", hark.port)))
            with contextlib.suppress(OSError):
                held[-1].sendall(head + b"Content-Length: 4194304\r\n\r\n" + b"x" * 4194303)
        self.assertLess(hark.memory_mib() - before, 320 * SHADOW)
        self.assertGreater(hark.metric("hark_webhook_refused_total", reason="too_many"), 0)
        self.assertEqual(post(hark.port, json.dumps({"id": "1", "text": "still heard"}))[0] // 100, 2)

    def test_ten_thousand_idle_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        count = min(10_000, hard - 500)
        hark = self.hark(WEBHOOK_SOURCE.replace("}]\nsources", ", connections: 10050}]\nsources") + DIRECTORY).start()
        idle = []
        self.addCleanup(lambda: [one.close() for one in idle])
        for i in range(count):
            idle.append(socket.create_connection(("127.0.0.1", hark.port), source_address=(f"127.0.0.{2 + i % 8}", 0)))
        self.assertEqual(post(hark.port, json.dumps({"id": "1", "text": "still heard"}))[0] // 100, 2)


class CommandLine(unittest.TestCase):
    def run_hark(self, *arguments, given=""):
        return subprocess.run([HARK, *arguments], input=given.encode(), capture_output=True, timeout=PATIENCE_S,
                              cwd=tempfile.mkdtemp())

    def test_wrong_configuration_names_every_fault(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        config = folder / "hark.yaml"
        config.write_text("shardz: 2\nsources:\n  - {name: a, platform: telegrm, path: /a}\n"
                          "  - {name: b, platform: generic, path: /b, verify: bearer, secrets: literal}\n"
                          "listeners: [{port: 99999}]\n")
        done = self.run_hark("run", "-c", str(config))
        self.assertEqual(done.returncode, 78)
        lines = done.stderr.decode()
        for wanted in ("hark.yaml:1:1: unknown key `shardz`; did you mean `shards`?", "did you mean `telegram`?",
                       "hark.yaml:4:", "hark.yaml:5:"):
            self.assertIn(wanted, lines)
        self.assertNotIn("literal", lines)

    def one_source(self):
        config = pathlib.Path(tempfile.mkdtemp()) / "hark.yaml"
        config.write_text("sources: [{name: f, platform: mention, file: x}]\n")
        return str(config)

    def test_check_finds_what_only_shows_with_rules_and_files_at_hand(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        config = folder / "hark.yaml"
        config.write_text("sources: [{name: f, platform: mention, file: x}]\n"
                          "publish: {labels: [complant, praise]}\n"
                          "listeners: [{address: 127.0.0.1, port: 0, tls: {certificate: none.crt, key: none.key}}]\n"
                          "sink: {kafka: {brokers: \"127.0.0.1:1\", options: {acks: 0}}}\n")
        for words in (["check"], ["run"]):
            done = self.run_hark(*words, "-c", str(config))
            self.assertEqual(done.returncode, 78, done.stderr)
            said = done.stderr.decode()
            self.assertIn("hark.yaml:2:19: no rule gives the label `complant`; did you mean `complaint`?\n", said)
            self.assertIn("hark.yaml:3:48: ", said)
            self.assertIn("none.crt: No such file", said)
            self.assertIn("hark.yaml:4:15: kafka: property `acks` cannot be set", said)
            self.assertEqual(len(said.splitlines()), 3, said)

    def test_a_secret_that_everybody_may_read_is_told_and_no_fault(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "token").write_text("canary-token\n")
        (folder / "posts").write_text("")
        config = folder / "hark.yaml"
        config.write_text("sources: [{name: f, platform: mention, file: posts}]\nshards: 2\n"
                          "admin: {port: 0}\n"
                          "publish: {mask: hash, mask_key: \"file:token\"}\n")
        for mode, told in ((0o644, 1), (0o600, 0)):
            (folder / "token").chmod(mode)
            for words in (["check"], ["run", "--once"]):
                done = self.run_hark(*words, "-c", str(config))
                self.assertEqual(done.returncode, 0, done.stderr)
                said = done.stderr.decode()
                self.assertEqual(said.count(str(folder / "token")), told, said)
                self.assertNotIn("canary", said)

    def test_check_takes_the_configuration_that_run_would(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "hark").mkdir()
        (folder / "hark/hark.yaml").write_text("shardz: 1\nsources: [{name: f, platform: mention, file: x}]\n")
        done = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t overlay overlay -o lowerdir=\"$1\":/etc /etc && cd /var && exec \"$0\" check", HARK, str(folder)],
                              capture_output=True, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn(b"/etc/hark/hark.yaml:1:1: unknown key `shardz`", done.stderr)

    def test_who_does_not_answer_at_the_admin_port_is_not_waited_for_for_ever(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            admin = f"127.0.0.1:{silent.getsockname()[1]}"
            done = self.run_hark("sources", "-c", self.one_source(), "--admin", admin)
            self.assertIn(b"did not answer in time", done.stderr)

    def test_long_answers_of_the_daemon_are_whole(self):
        view = json.dumps({"name": "s" * 100, "state": "up", "cursor": "c" * 100}) + "\n"
        body = (view * 10_000).encode()

        def answer(server):
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=answer, args=(server,))
            thread.start()
            done = self.run_hark("sources", "-c", self.one_source(), "--json", "--admin",
                                 f"127.0.0.1:{server.getsockname()[1]}")
            thread.join()
        self.assertEqual(len(done.stdout.splitlines()), 10_000, done.stderr)

    def test_once_is_refused_where_there_is_no_end(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        config = folder / "hark.yaml"
        for source in ("platform: generic, path: /a, verify: none", "platform: bluesky", f"platform: text, file: {config}, follow: true"):
            config.write_text(f"sources: [{{name: endless, {source}}}]\nlisteners: [{{port: 0}}]\nadmin: {{port: 0}}\n")
            done = self.run_hark("run", "-c", str(config), "--once")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(b"source `endless` has no end", done.stderr)

    def test_check_of_the_sample(self):
        done = self.run_hark("check")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"no faults", done.stdout)

    def test_classify_keeps_order_and_bad_lines(self):
        lines = [json.dumps({"id": f"c:{i}", "text": f"thank you {i}"}) for i in range(500)]
        lines.insert(250, "{broken}")
        done = subprocess.run([HARK, "classify"], input="\n".join(lines).encode(), capture_output=True,
                              timeout=PATIENCE_S, cwd=(folder := tempfile.mkdtemp()))
        self.assertEqual(done.returncode, 1)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([record["id"] for record in records], [f"c:{i}" for i in range(500)])
        kept = pathlib.Path(folder) / "hark.deadletter.ndjson"
        self.assertEqual(len(kept.read_text().splitlines()), 1)
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)  # posts as they came
        self.assertIn(b"malformed_json", done.stderr)

    def test_classify_text_with_repeats(self):
        done = self.run_hark("classify", "--text", given="Where is my refund?\nWhere is my refund?\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_learn_then_eval(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        with open(folder / "desk.ndjson", "w") as out:
            for i in range(400):
                broken = i % 2
                text = f"the {'kettle leaks water' if broken else 'kettle looks lovely'} number {i}"
                out.write(json.dumps({"text": text, "lang": "en", "labels": {"leak": broken}}) + "\n")
        pack = folder / "rules/leak/en.learned.yaml"
        pack.parent.mkdir(parents=True)
        learned = [self.run_hark("learn", str(folder / "desk.ndjson"), "--label", "leak", "--lang", "en", "--without-part", "2/2",
                                 "-o", str(pack)) for _ in range(2)]
        self.assertEqual([done.returncode for done in learned], [0, 0], learned[0].stderr)
        self.assertRegex(pack.read_text(), r"(?m)^  \+\d\.\d\d \d+ 0 .*(leaks|water)")
        self.assertEqual(self.run_hark("check", "--rules", str(pack.parents[1])).returncode, 0)
        done = self.run_hark("eval", str(folder / "desk.ndjson"), "--rules", str(pack.parents[1]), "--part", "2/2", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        row = json.loads(done.stdout)
        self.assertEqual((row["label"], row["lang"], row["f1"]), ("leak", "en", 1.0))
        self.assertGreater(row["posts"], 100)
        whole = json.loads(self.run_hark("eval", str(folder / "desk.ndjson"), "--rules", str(pack.parents[1]), "--json").stdout)
        self.assertEqual((row["hits"], row["given"], whole["posts"]), (row["positives"], row["positives"], 400))
        for part in ("0/2", "3/2", "2", "1/2x"):
            self.assertEqual(self.run_hark("eval", str(folder / "desk.ndjson"), "--part", part).returncode, 2, part)
        wrong = self.run_hark("learn", str(folder / "desk.ndjson"), "--label", "leak", "--lang", "en", "--weigh", "desk=0", "-o", str(pack))
        self.assertEqual(wrong.returncode, 2, wrong.stderr)
        nothing = self.run_hark("learn", str(folder / "desk.ndjson"), "--label", "leak", "--lang", "pl", "-o", str(pack))
        self.assertEqual(nothing.returncode, 1)
        self.assertIn(b"nothing can be learned", nothing.stderr)

    def test_replay_tells_what_other_rules_would_change(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "rules/kettle").mkdir(parents=True)
        (folder / "rules/kettle/any.yaml").write_text(
            "label: kettle\nlang: any\nbias: -1\nrules:\n  - {id: kettle.any.a, pattern: kettle*, weight: 3}\n")
        records = self.run_hark("classify", "--text", given="The kettle leaks.\nyou are an idiot\n").stdout.decode()
        (folder / "records.ndjson").write_text(records)
        done = self.run_hark("replay", str(folder / "records.ndjson"), "--rules", str(folder / "rules"))
        self.assertEqual(done.returncode, 0, done.stderr)
        said = done.stdout.decode()
        self.assertRegex(said, r"(?m)^kettle +0 +1 +1 +0$")
        self.assertRegex(said, r"(?m)^trolling +1 +0 +0 +1$")
        self.assertRegex(said, r"(?m)^ +1 kettle.any.a$")
        self.assertIn("The kettle leaks.", said)
        same = self.run_hark("replay", "-", given=records).stdout.decode()
        self.assertRegex(same, r"(?m)^trolling +1 +1 +0 +0$")
        self.assertEqual(self.run_hark("replay", "-", given="no record\n").returncode, 1)

    def test_explain_tells_whether_quotations_count(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "abuse.yaml").write_text(
            "label: trolling\nlang: en\nthreshold: 0.5\nbias: -1\nquotes_told_by: a.told\nrules:\n"
            "  - {id: a.told, pattern: says, weight: 0, hit: [He says so], miss: [He does so]}\n"
            "  - {id: a.home, pattern: go back home, weight: 2, hit: [Go back home], miss: [Come home]}\n")
        for text, quotations, fires in (
                ('Our mayor says "go back home now" to people in the square', "are not seen", "does not fire"),
                ('I saw "so says he go back home now" on the wall of the square', "count", "fires")):
            said = self.run_hark("rules", "explain", "a.home", "--rules", str(folder), "--text", text).stdout.decode()
            self.assertIn(f"quotations {quotations}: `a.told`", said)
            self.assertIn(f"it {fires}\n", said)

    def test_usage(self):
        self.assertEqual(self.run_hark("classfy").returncode, 2)
        self.assertEqual(self.run_hark().returncode, 2)
        for words in ([], ["run"], ["classify"], ["check"], ["rules"], ["rules", "explain"]):
            done = self.run_hark(*words, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"hark", done.stdout.lower())

    def test_what_cannot_be_written_is_told(self):
        for words in (["version"], ["rules", "list"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([HARK, *words], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_S)
            self.assertEqual(done.returncode, 75, words)
            self.assertIn(b"No space left", done.stderr)

    def test_once_ends_with_75_when_nobody_takes_the_records(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "hark.yaml").write_text(
            f"sources: [{{name: f, platform: mention, file: \"{PROJECT}/deploy/sample/posts.ndjson\"}}]\n"
            "admin: {port: 0}\nsink: {stdout: {}}\n")
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([HARK, "run", "-c", str(folder / "hark.yaml"), "--once"], stdout=writer, stderr=subprocess.PIPE,
                              timeout=PATIENCE_S)
        os.close(writer)
        self.assertEqual(done.returncode, 75, done.stderr)

    def test_once_ends_with_0_when_all_is_acknowledged(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "hark.yaml").write_text(
            f"sources: [{{name: f, platform: mention, file: \"{PROJECT}/deploy/sample/posts.ndjson\"}}]\n"
            "admin: {port: 0}\nsink: {directory: {path: topics}}\n")
        done = self.run_hark("run", "-c", str(folder / "hark.yaml"), "--once")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(directory_records(folder / "topics")), 240)


if __name__ == "__main__":
    unittest.main(verbosity=2)
