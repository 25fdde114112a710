"""One broker, one input, and what is done to a peer with them."""

import contextlib
import json
import math
import os
import pathlib
import statistics
import subprocess
import threading
import time

import inputs
import measure
from harness import Broker, wait_for

import peers

SAMPLE = 1000      # frames of the check
PATIENCE_S = 300


class Disagreement(Exception):
    pass


class Trial:
    """Use it as a context: its broker ends with it."""

    def __init__(self, folder, found, seed, partitions):
        self.folder, self.peers, self.seed, self.partitions = folder, found, seed, partitions
        self.hark = next(peer for peer in found if peer.name == "hark")
        self.topics = 0
        self.facts = {}
        self.rules = folder / "rules.tsv"
        self.broker = None

    def __enter__(self):
        self.make_rules()
        self.broker = Broker(settings=["auto.create.topics.enable=true", f"num.partitions={self.partitions}",
                                       "log.message.timestamp.type=LogAppendTime"])
        return self

    def __exit__(self, *_):
        self.broker.close()

    # The input

    def frames(self, count):
        path = self.folder / f"frames-{count}.ndjson"
        if not path.exists():
            with open(path, "wb") as out:
                out.writelines(inputs.frames(count, self.seed))
        return path

    def records(self, count):
        path = self.folder / f"records-{count}.ndjson"
        if not path.exists():
            self.hark.write_records(self.job("records", self.frames(count)), path)
        return path

    def input_of(self, peer, count):
        return self.records(count) if peer.records else self.frames(count)

    def make_rules(self):
        """Of the candidates those that Hark's folding, which undoes disguises, and plain lower case find in the same
        posts of the sample."""
        candidates = inputs.named(inputs.candidates(self.seed))
        inputs.write_table(candidates, self.rules)
        posts = inputs.texts()
        path = self.folder / "candidates.ndjson"
        self.hark.write_records(self.job("candidates", self.frames(len(posts))), path)
        differing = set()
        for (_, text), record in zip(posts, read_records(path), strict=True):
            folded = inputs.fold(text)
            differing |= {name for name, words in candidates.items() if f" {words} " in folded} ^ hits_of(record)
        if differing & set(inputs.BRANDS):
            raise Disagreement(f"brands that fold differently: {sorted(differing & set(inputs.BRANDS))}")
        kept = [words for name, words in candidates.items() if "." in name and name not in differing][:inputs.PHRASES]
        if len(kept) < inputs.PHRASES:
            raise Disagreement(f"only {len(kept)} candidates fold alike")
        rules = inputs.named(kept)
        inputs.write_table(rules, self.rules)
        self.facts |= {"rules": len(rules), "candidates": len(candidates), "dropped": len(differing),
                       "frame_bytes": round(statistics.mean(map(len, inputs.frames(SAMPLE, self.seed))))}

    # One run

    def job(self, name, frames):
        self.topics += 1
        folder = self.folder / f"{self.topics}-{name}"
        folder.mkdir()
        return peers.Job(self.broker.servers if self.broker else "", f"{name}{self.topics}.mentions", self.partitions,
                         frames, self.rules, folder)

    def with_topic(self, job):
        """Asking for a topic makes it."""
        wait_for(f"the topic {job.topic}", lambda: "Leader not available" not in self.kcat("-L", "-t", job.topic)
                 and self.arrived(job.topic) == 0)
        return job

    def kcat(self, *words):
        return peers.output_of("kcat", "-b", self.broker.servers, *words)

    def arrived(self, topic):
        """Records in the topic; None while it is being made."""
        asked = [word for i in range(self.partitions) for word in ("-t", f"{topic}:{i}:-1")]
        offsets = [line.rpartition(" ")[2] for line in self.kcat("-Q", *asked).splitlines() if " offset " in line]
        return sum(map(int, offsets)) if len(offsets) == self.partitions else None

    def read(self, topic):
        """(time of arrival in ms, record) of each record in the topic."""
        lines = subprocess.run(["kcat", "-C", "-b", self.broker.servers, "-t", topic, "-o", "beginning", "-e", "-q", "-f",
                                "%T\t%s\n"], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
        return [(int(at), json.loads(record)) for at, record in (line.split("\t", 1) for line in lines)]

    def start(self, peer, job, **options):
        with open(job.folder / "log", "wb") as log:
            return subprocess.Popen([str(word) for word in peer.command(job)], stdout=subprocess.DEVNULL,
                                    **{"stderr": log, **options})

    def wait_for_records(self, peer, process, job, count):
        def all_there():
            if process.poll() not in (None, 0):
                raise Disagreement(f"{peer.title} ended with {process.returncode}:\n{last_words(job)}")
            return self.arrived(job.topic) >= count
        wait_for(f"{count} records of {peer.title}; it said:\n{last_words(job)}", all_there, PATIENCE_S)

    def sent(self, peer, count):
        """A run of so many posts that must all arrive, once each."""
        job = self.with_topic(self.job(peer.name, self.input_of(peer, count)))
        broker_before = self.broker.cpu_s()
        begin = time.monotonic()
        process = self.start(peer, job)
        if peer.follows:
            self.wait_for_records(peer, process, job, count)
            process.terminate()
        result = measure.watched(process, begin)
        broker_cpu = self.broker.cpu_s() - broker_before
        if result.status != 0 or self.arrived(job.topic) != count:
            raise Disagreement(f"{peer.title} ended with {result.status}, {self.arrived(job.topic)} of {count} records "
                               f"arrived:\n{last_words(job)}")
        return job, result, broker_cpu

    # What is found out

    def check(self, say):
        """All must find the same in the sample, and make the same records of it. {name: rules in which a peer agrees}."""
        rules = inputs.read_table(self.rules)
        reference = {inputs.number_of(record["id"]): record for record in read_records(self.records(SAMPLE))}
        found = [len(hits_of(record)) for record in reference.values()]
        self.facts |= {"hits_a_post": statistics.mean(found), "posts_hit": sum(map(bool, found)) / len(found)}
        agreed = {}
        for peer in self.peers:
            job, *_ = self.sent(peer, SAMPLE)
            records = {inputs.number_of(record["id"]): record for _, record in self.read(job.topic)}
            if records.keys() != reference.keys():
                raise Disagreement(f"{peer.title}: {len(records.keys() ^ reference.keys())} posts are missing or strange")
            known = {name for name, words in rules.items() if peer.knows(words)}
            for number, record in records.items():
                compare(peer, record, reference[number], known)
            agreed[peer.name] = len(known)
            say(f"checked: {peer.title} finds the same as Hark by {len(known)} of {len(rules)} rules in {SAMPLE} posts")
        return agreed

    def throughput(self, peer, count):
        """CPU and time a post, start and warming apart: they are measured by a run of their own."""
        _, start, broker_start = self.sent(peer, peer.warm)
        _, whole, broker_whole = self.sent(peer, peer.warm + count)
        cpu, wall, broker = (after - before if after > before else after
                             for before, after in ((start.cpu_s, whole.cpu_s), (start.wall_s, whole.wall_s),
                                                   (broker_start, broker_whole)))
        return {"posts": count, "cpu_s_per_million": 1e6 * cpu / count, "posts_per_s": count / wall,
                "of_the_cores": (cpu + broker) / wall / len(os.sched_getaffinity(0)),
                "peak_mib": whole.peak_mib, "start_cpu_s": start.cpu_s, "start_s": start.wall_s}

    def latency(self, peer, rate, seconds):
        """Milliseconds from the time at which a post was to be sent, whatever became of those before it, to its arrival
        in the topic."""
        first = max(peer.warm, rate)  # warms up, and tells that the peer is ready
        with open(self.input_of(peer, first + rate * seconds), "rb") as file:
            lines = file.readlines()
        job = self.with_topic(self.job(peer.name, None))
        with contextlib.ExitStack() as stack:
            if peer.follows:
                job = job._replace(frames=job.folder / "growing.ndjson")
                pipe = stack.enter_context(open(job.frames, "wb"))
                process = self.start(peer, job)
            else:
                process = self.start(peer, job, stdin=subprocess.PIPE)
                pipe = process.stdin
            stack.callback(process.kill)
            pipe.write(b"".join(lines[:first]))
            pipe.flush()
            self.wait_for_records(peer, process, job, first)
            begin = time.time() + 0.1
            for i, line in enumerate(lines[first:]):
                if (early := begin + i / rate - time.time()) > 0:
                    time.sleep(early)
                pipe.write(line)
                pipe.flush()
            self.wait_for_records(peer, process, job, len(lines))
            if peer.follows:
                process.terminate()
            else:
                pipe.close()
            process.wait(60)
        waited = sorted(at - 1000 * (begin + (inputs.number_of(record["id"]) - first) / rate)
                        for at, record in self.read(job.topic) if inputs.number_of(record["id"]) >= first)
        return {"p50_ms": quantile(waited, 0.5), "p99_ms": quantile(waited, 0.99), "max_ms": quantile(waited, 1)}


def last_words(job):
    return (job.folder / "log").read_text(errors="replace")[-2000:]


def quantile(ascending, share):
    return round(ascending[max(0, math.ceil(share * len(ascending)) - 1)], 1)


def read_records(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def hits_of(record):
    return {one["rule"] for one in record.get("evidence", [])} | set(record.get("brands", []))


VARYING = ("received_at", "ruleset")


def compare(peer, record, reference, known):
    """The same hits by the rules that the peer knows; the same members of the same values, but for spans."""
    ours, theirs = hits_of(reference) & known, hits_of(record) & known
    if ours != theirs:
        raise Disagreement(f"{peer.title} and Hark differ over {reference['id']} by the rules {sorted(ours ^ theirs)}")
    for key, value in reference.items():
        if key in peer.lacks:
            continue
        if key == "evidence":
            value = [{name: part for name, part in one.items() if name != "span"} for one in value]
            record_value = [{name: part for name, part in one.items() if name != "span"} for one in record.get(key, [])]
        else:
            record_value = record.get(key)
        if key in VARYING:
            value = record_value if record_value else value
        if value != record_value:
            raise Disagreement(f"{peer.title} and Hark differ over {reference['id']}: {key} is {record_value}, not {value}")
