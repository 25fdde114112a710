#!/usr/bin/env python3
"""Writes the Jetstream commits of ../payloads/bluesky as frames of a relay (com.atproto.sync.subscribeRepos), for the
fuzz target bluesky_relay. Usage: relay_frames.py FOLDER"""

import datetime
import hashlib
import json
import pathlib
import struct
import sys


def head(major, number):
    for info, limit, form in ((None, 24, ""), (24, 1 << 8, "B"), (25, 1 << 16, ">H"), (26, 1 << 32, ">I"), (27, 1 << 64, ">Q")):
        if number < limit:
            return bytes([major << 5 | (number if info is None else info)]) + (struct.pack(form, number) if form else b"")
    raise ValueError(number)


class Link(bytes):
    pass


def encode(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, Link):
        return head(6, 42) + encode(b"\0" + bytes(value))
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(encode, value))
    if "$link" in value:
        return encode(cid(b"elsewhere"))
    members = sorted(value.items(), key=lambda member: (len(member[0].encode()), member[0].encode()))
    return head(5, len(members)) + b"".join(encode(key) + encode(inside) for key, inside in members)


def cid(block):
    return Link(b"\x01\x71\x12\x20" + hashlib.sha256(block).digest())


def length(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def section(block):
    return length(36 + len(block)) + cid(block) + block


def frame(event):
    commit = event["commit"]
    record = encode(commit["record"]) if "record" in commit else None
    header = encode({"roots": [cid(b"commit")], "version": 1})
    car = length(len(header)) + header + section(encode({"e": [], "l": None})) + (section(record) if record else b"")
    operation = {"action": commit["operation"], "path": commit["collection"] + "/" + commit["rkey"],
                 "cid": cid(record) if record else None}
    time = datetime.datetime.fromtimestamp(event["time_us"] // 1000000, datetime.timezone.utc)
    return encode({"op": 1, "t": "#commit"}) + encode({
        "seq": event["time_us"], "repo": event["did"], "rev": commit["rev"], "since": None,
        "time": f"{time:%Y-%m-%dT%H:%M:%S}.{event['time_us'] % 1000000:06}Z",
        "tooBig": False, "rebase": False, "commit": cid(b"commit"), "blobs": [], "ops": [operation], "blocks": car})


def main():
    here = pathlib.Path(__file__).parent
    out = pathlib.Path(sys.argv[1])
    for path in sorted((here / "../payloads/bluesky").glob("v1_*.json")):
        event = json.loads(path.read_text())
        if "commit" in event:
            (out / path.stem).write_bytes(frame(event))
    (out / "account").write_bytes(encode({"op": 1, "t": "#account"}) + encode(
        {"seq": 9, "did": "did:plc:a", "time": "2026-03-02T09:50:00Z", "active": False, "status": "deleted"}))
    (out / "error").write_bytes(encode({"op": -1}) + encode({"error": "FutureCursor", "message": "sorry"}))


if __name__ == "__main__":
    main()
