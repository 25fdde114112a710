#!/usr/bin/env python3
"""Frames to Kafka as one writes it in Python. Usage: peer.py BROKERS TOPIC FRAMES RULES   (FRAMES: a file or -)"""

import datetime
import math
import re
import sys

import hyperscan
import orjson
from confluent_kafka import Producer

POSTS = "app.bsky.feed.post"
BETWEEN_WORDS = re.compile(r"[\W_]+")
MATCHES_AT_MOST_ONCE = hyperscan.HS_FLAG_SINGLEMATCH


class Rules:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        self.names = [name for name, _ in rows]
        self.is_brand = ["." not in name for name in self.names]
        self.evidence = [{"rule": name, "label": "bench", "weight": 0.5} for name in self.names]
        self.database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self.database.compile(expressions=[f" {words} ".encode() for _, words in rows], ids=list(range(len(rows))),
                              elements=len(rows), flags=MATCHES_AT_MOST_ONCE, literal=True)

    def hits(self, text):
        folded = BETWEEN_WORDS.sub(" ", f" {text.lower()} ").encode()
        found = []
        self.database.scan(folded, match_event_handler=lambda rule, begin, end, flags, context: found.append(rule))
        found.sort()
        return found


def to_record(event, rules):
    commit = event["commit"]
    post = commit["record"]
    did, rkey = event["did"], commit["rkey"]
    reply = post.get("reply")
    identity = f"bluesky:at://{did}/{POSTS}/{rkey}"
    record = {
        "schema": 1, "id": identity, "platform": "bluesky", "kind": "comment" if reply else "post", "action": "created",
        "created_at": post["createdAt"],
        "received_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")[:-6] + "Z",
        "url": f"https://bsky.app/profile/{did}/post/{rkey}"}
    langs = post.get("langs")
    if langs:
        record["lang"] = langs[0]
    record["author"] = {"id": did, "is_brand": False}
    record["thread"] = "bluesky:" + reply["root"]["uri"] if reply else identity
    if reply:
        record["parent"] = "bluesky:" + reply["parent"]["uri"]
    text = post["text"]
    found = rules.hits(text)
    brands = [rules.names[rule] for rule in found if rules.is_brand[rule]]
    if brands:
        record["brands"] = brands
    record["text"] = text
    evidence = [rules.evidence[rule] for rule in found if not rules.is_brand[rule]]
    record["labels"] = {"bench": round(1 / (1 + math.exp(1 - 0.5 * len(evidence))), 4)} if evidence else {}
    if evidence:
        record["evidence"] = evidence
    record["ruleset"] = "bench"
    return record


class Sender:
    def __init__(self, brokers, topic):
        self.topic = topic
        self.delivered = self.failed = 0
        self.producer = Producer({"bootstrap.servers": brokers, "acks": "all", "enable.idempotence": True,
                                  "compression.type": "lz4", "linger.ms": 5, "queue.buffering.max.messages": 1_000_000})

    def on_delivery(self, error, _):
        if error is None:
            self.delivered += 1
        else:
            self.failed += 1

    def send(self, record):
        headers = [("ce_specversion", b"1.0"), ("ce_id", record["id"]), ("ce_source", b"/hark/bench"),
                   ("ce_type", b"hark.mention.created"), ("ce_time", record["received_at"]),
                   ("content-type", b"application/json")]
        value = orjson.dumps(record)
        while True:
            try:
                self.producer.produce(self.topic, value, record["thread"], on_delivery=self.on_delivery, headers=headers)
                break
            except BufferError:
                self.producer.poll(0.01)
        self.producer.poll(0)


def main():
    brokers, topic, frames, rules = sys.argv[1:]
    rules = Rules(rules)
    sender = Sender(brokers, topic)
    sent = 0
    with sys.stdin.buffer if frames == "-" else open(frames, "rb") as file:
        for line in file:
            event = orjson.loads(line)
            commit = event.get("commit")
            if commit is None or commit["operation"] != "create" or commit["collection"] != POSTS:
                continue
            sender.send(to_record(event, rules))
            sent += 1
    sender.producer.flush()
    print(f"{sender.delivered} of {sent}", file=sys.stderr)
    return 0 if sender.delivered == sent and sender.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
