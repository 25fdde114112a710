#!/usr/bin/env python3
"""Faults against a real broker, ids counted at the end: none may be missing. Usage: kafka_faults_test.py [TEST]"""

import subprocess
import time
import unittest

from harness import (HARK, PATIENCE_S, WEBHOOK_SOURCE, Broker, Firehose, Hark, Sender, jetstream_id, wait_for)

KAFKA = "sink: {kafka: {brokers: \"BROKERS\", partitions: 3, linger: 5 ms, message_timeout: TIMEOUT}}\n"
STREAM_SOURCE = """
brands: [{id: acme, names: [acme]}]
sources:
  - {name: stream, platform: bluesky, url: "ws://127.0.0.1:FIREHOSE/subscribe", compress: false, idle_timeout: IDLE}
"""


def kafka(broker, timeout="60 s"):
    return KAFKA.replace("BROKERS", broker.servers).replace("TIMEOUT", timeout)


class Case(unittest.TestCase):
    nodes = 1

    def setUp(self):
        self.broker = Broker(self.nodes)
        self.addCleanup(self.broker.close)

    def hark(self, config):
        hark = Hark(config)
        self.addCleanup(hark.close)
        return hark

    def send(self, hark, count, prefix="w", threads=4):
        senders = [Sender(hark.port, [f"{prefix}-{i}" for i in range(first, count, threads)]) for first in range(threads)]
        for sender in senders:
            sender.start()
        return senders

    def finish(self, senders):
        for sender in senders:
            sender.join(PATIENCE_S)
            self.assertFalse(sender.is_alive(), sender.statuses)
        return {f"generic:{one}" for sender in senders for one in sender.answered}

    def expect_all(self, wanted):
        wanted = set(wanted)
        got = []

        def missing():
            got[:] = self.broker.ids()
            return sorted(wanted - set(got))

        try:
            wait_for(f"{len(wanted)} ids in the topic", lambda: not missing())
        except AssertionError as late:
            gone = missing()
            raise AssertionError(f"{late}: {len(gone)} are missing, {gone[:5]} among them; {len(got)} records are there") from None
        return got


class OneNode(Case):
    def test_kill_9_under_webhooks(self):
        hark = self.hark(WEBHOOK_SOURCE + kafka(self.broker)).start()
        senders = self.send(hark, 1200)
        for _ in range(3):
            target = sum(len(sender.answered) for sender in senders) + 150
            wait_for("some answers", lambda: sum(len(s.answered) for s in senders) >= min(target, 1100))
            hark.kill()
            hark.start(ready=False)
        answered = self.finish(senders)
        self.assertEqual(len(answered), 1200)
        self.expect_all(answered)

    def test_kill_9_under_a_stream(self):
        firehose = Firehose()
        self.addCleanup(firehose.close)
        config = STREAM_SOURCE.replace("FIREHOSE", str(firehose.port)).replace("IDLE", "30 s") + kafka(self.broker)
        hark = self.hark(config).start()
        for first in range(0, 3000, 1000):
            firehose.add(range(first + 1, first + 1001))
            wait_for("half of them", lambda: hark.metric("hark_records_total") >= 300)
            time.sleep(1.2)  # a cursor is stored once a second
            hark.kill()
            hark.start()
        got = self.expect_all(jetstream_id(i) for i in range(1, 3001))
        self.assertGreater(firehose.cursors_asked[-1], 0, "a restart must not forget its cursor")
        self.assertLess(len(got), 2 * 3000, "the window of seen posts must recognise most repeats")

    def test_broker_restart(self):
        hark = self.hark(WEBHOOK_SOURCE + kafka(self.broker)).start()
        senders = self.send(hark, 800)
        wait_for("some answers", lambda: sum(len(s.answered) for s in senders) >= 200)
        self.broker.run("kill-node", "1")
        time.sleep(1)
        self.broker.run("start-node", "1")
        answered = self.finish(senders)
        got = self.expect_all(answered)
        self.assertEqual(len(answered), 800)
        self.assertEqual(hark.stop(), 0)
        self.assertGreaterEqual(len(got), 800)

    def test_broker_away_longer_than_the_message_timeout(self):
        hark = self.hark(WEBHOOK_SOURCE.replace("}]\nsources", ", answer_timeout: 60 s}]\nsources") + kafka(self.broker, "2 s")).start()
        self.finish(self.send(hark, 20, prefix="before"))
        self.broker.run("kill-node", "1")
        senders = self.send(hark, 40, prefix="away", threads=8)
        time.sleep(7)  # more than three times the message timeout
        self.assertEqual(sum(len(sender.answered) for sender in senders), 0, "nothing may be acknowledged while the broker is away")
        self.assertEqual(hark.get("/readyz")[0], 503)
        self.broker.run("start-node", "1")
        answered = self.finish(senders)
        self.assertEqual(len(answered), 40)
        self.expect_all(answered)

    def test_replay_of_a_topic(self):
        hark = self.hark(WEBHOOK_SOURCE + kafka(self.broker)).start()
        self.expect_all(self.finish(self.send(hark, 20)))
        done = subprocess.run([HARK, "replay", "--config", hark.config, "hark.mentions", "--samples", "0"], capture_output=True, text=True,
                              timeout=PATIENCE_S, env=hark.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("20 records, 0 lines that are none", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^question +20 +20 +0 +0$")
        nowhere = subprocess.run([HARK, "replay", "--config", hark.config, "no.such.topic"], capture_output=True, text=True,
                                 timeout=PATIENCE_S, env=hark.environment)
        self.assertEqual(nowhere.returncode, 1)
        self.assertIn("no.such.topic", nowhere.stderr)

    def test_garbage_between_good_frames(self):
        firehose = Firehose()
        self.addCleanup(firehose.close)
        firehose.add(range(1, 501), garbage_every=10)
        config = STREAM_SOURCE.replace("FIREHOSE", str(firehose.port)).replace("IDLE", "30 s") + kafka(self.broker)
        hark = self.hark(config).start()
        self.expect_all(jetstream_id(i) for i in range(1, 501))
        letters = wait_for("the dead letter", lambda: self.broker.records("hark.deadletter"))
        self.assertEqual(letters[0]["source"], "stream")
        self.assertEqual(letters[0]["reason"], "malformed_json")
        self.assertEqual(hark.metric("hark_stream_reconnects_total"), 0)

    def test_mute_firehose_is_opened_anew(self):
        firehose = Firehose()
        self.addCleanup(firehose.close)
        firehose.add(range(1, 11))
        config = STREAM_SOURCE.replace("FIREHOSE", str(firehose.port)).replace("IDLE", "2 s") + kafka(self.broker)
        hark = self.hark(config).start()
        self.expect_all(jetstream_id(i) for i in range(1, 11))
        before = firehose.connections
        firehose.mute = True
        wait_for("a new connection", lambda: firehose.connections > before)
        wait_for("the count", lambda: hark.metric("hark_stream_idle_total") >= 1)
        firehose.mute = False
        firehose.add(range(11, 21))
        self.expect_all(jetstream_id(i) for i in range(1, 21))

    def test_rules_reload_under_load(self):
        hark = self.hark(WEBHOOK_SOURCE + "rules: {folders: [{folder}/rules]}\n" + kafka(self.broker))
        pack = hark.folder / "rules/complaint/en.yaml"
        pack.parent.mkdir(parents=True)
        text = ("label: complaint\nlang: en\nbias: -1\nthreshold: 0.5\nrules:\n"
                "  - {id: complaint.en.refund, pattern: refund, weight: WEIGHT, hit: [my refund], miss: [hello]}\n")
        pack.write_text(text.replace("WEIGHT", "3"))
        hark.start()
        senders = self.send(hark, 1500)
        reloads = 0
        while any(sender.is_alive() for sender in senders):
            pack.write_text(text.replace("WEIGHT", str(3 + reloads % 5)))
            self.assertEqual(hark.get("/rules/reload", "POST")[0], 200)
            pack.write_text("label: complaint\nlang: en\nbias: broken\n")
            status, why = hark.get("/rules/reload", "POST")
            self.assertEqual(status, 422)
            self.assertIn("en.yaml:3:", why)
            reloads += 1
        self.assertGreater(reloads, 2)
        nice = hark.nice_values()
        self.assertEqual(len([one for one in nice if one > min(nice)]), 1, "the thread that compiles gives way to all others")
        answered = self.finish(senders)
        self.assertEqual(len(answered), 1500)
        self.expect_all(answered)
        rulesets = {record["ruleset"] for record in self.broker.records("hark.mentions")}
        self.assertGreater(len(rulesets), 1)
        self.assertTrue(all("complaint" in record["labels"] for record in self.broker.records("hark.mentions")))


class ThreeNodes(Case):
    nodes = 3

    def test_one_of_three_nodes_killed(self):
        hark = self.hark(WEBHOOK_SOURCE + kafka(self.broker).replace("partitions: 3", "partitions: 3, replication: 3")).start()
        senders = self.send(hark, 800)
        wait_for("some answers", lambda: sum(len(s.answered) for s in senders) >= 200)
        self.broker.run("kill-node", "2")
        answered = self.finish(senders)
        self.assertEqual(len(answered), 800)
        self.expect_all(answered)


if __name__ == "__main__":
    unittest.main(verbosity=2)
