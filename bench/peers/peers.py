"""The programs that are measured: what each needs, how it is made ready, how it is started."""

import hashlib
import json
import math
import os
import pathlib
import platform
import re
import shutil
import string
import subprocess
import sys
from typing import NamedTuple

import inputs

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "hark-peers"


class Job(NamedTuple):
    """One run of a peer. `frames` is None when they come on standard input."""
    brokers: str
    topic: str
    partitions: int
    frames: pathlib.Path | None
    rules: pathlib.Path
    folder: pathlib.Path


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout


def run_quietly(command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}")


def made_for(*sources):
    """A folder of the cache for what is made of these files; (folder, whether it is still to be filled)."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = CACHE / f"{sources[0].parent.name}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder, not (folder / "complete").exists()


class Peer:
    name = ""           # on the command line
    title = ""          # in the table
    share = 1.0         # of the posts: the slow ones get fewer
    warm = 1            # posts that are sent first and not counted: a producer connects at the first
    records = False     # reads finished records, not frames
    follows = False     # waits at the file's end for more, instead of ending
    lacks = ()          # members of the record that it does not write
    remark = ""

    def missing(self):
        """What the machine lacks, or None."""
        return None

    def prepare(self):
        """Builds what is to be built, once."""

    def versions(self):
        return ""

    def command(self, job):
        raise NotImplementedError

    def knows(self, text):
        """Whether the peer can fold this text or rule as the others do."""
        return True


def lacking(*programs):
    for program in programs:
        if shutil.which(program) is None:
            return f"there is no {program}"
    return None


class Hark(Peer):
    name, title = "hark", "Hark"

    def __init__(self, build):
        self.program = build / "engine/hark"

    def missing(self):
        return None if self.program.exists() else f"there is no {self.program}: build the target hark"

    def versions(self):
        return ", ".join(" ".join(part) for part in json.loads(output_of(self.program, "version")).items())

    def command(self, job, sink=None):
        inputs.write_pack(inputs.read_table(job.rules), job.folder / "rules")
        source = "-" if job.frames is None else job.frames
        sink = sink or (f"kafka: {{brokers: \"{job.brokers}\", partitions: {job.partitions}, linger: 5 ms, "
                        "compression: lz4}")
        (job.folder / "hark.yaml").write_text(
            "state_folder: state\nshards: 1\nadmin: {port: 0}\nlog: {level: error}\nrules: {folders: [rules]}\n"
            + inputs.brands_yaml()
            + f"sources: [{{name: bench, platform: bluesky, keep: all, file: \"{source}\"}}]\n"
            + f"publish: {{prefix: {job.topic.removesuffix('.mentions')}, labels: []}}\nsink: {{{sink}}}\n", encoding="utf-8")
        return [self.program, "run", "-c", job.folder / "hark.yaml", "--once"]

    def write_records(self, job, path):
        """The records of the frames, as Hark publishes them."""
        with open(path, "wb") as out:
            subprocess.run([str(word) for word in self.command(job, "stdout: {}")], stdout=out, check=True)


class Naked(Peer):
    name, title, records = "librdkafka", "bare librdkafka (C++)", True
    remark = "reads Hark's records from a file and only produces them: no JSON is read, nothing is matched"

    def __init__(self, build):
        self.program = build / "bench/pipeline/naked_producer"

    def missing(self):
        return None if self.program.exists() else f"there is no {self.program}: build the target naked_producer"

    def versions(self):
        return "librdkafka " + output_of("pkg-config", "--modversion", "rdkafka").strip()

    def command(self, job):
        return [self.program, job.brokers, job.topic, job.frames or "/dev/stdin"]


class Python(Peer):
    name, title = "python", "Python"
    sources = (HERE / "python/requirements.txt",)

    def prepare(self):
        self.folder, wanted = made_for(*self.sources)
        if wanted:
            run_quietly([sys.executable, "-m", "venv", self.folder])
            run_quietly([self.folder / "bin/pip", "install", "-q", "-r", self.sources[0]])
            (self.folder / "complete").touch()

    def versions(self):
        return f"CPython {sys.version.split()[0]}, " + ", ".join(self.sources[0].read_text().split()).replace("==", " ")

    def command(self, job):
        return [self.folder / "bin/python", HERE / "python/peer.py", job.brokers, job.topic, job.frames or "-", job.rules]


class Go(Peer):
    name, title = "go", "Go"
    folder, modules = HERE / "go", ("twmb/franz-go ", "bytedance/sonic ")

    def missing(self):
        return lacking("go", "gcc", "pkg-config")

    def prepare(self):
        built, wanted = made_for(*sorted(path for path in self.folder.iterdir() if path.suffix in (".go", ".mod", ".sum")))
        self.program = built / "peer"
        if wanted:
            run_quietly(["go", "build", "-o", self.program, "."], cwd=self.folder)
            (built / "complete").touch()

    def versions(self):
        lines = [line.strip() for line in (self.folder / "go.mod").read_text().splitlines()]
        named = [line.removeprefix("github.com/") for line in lines if any(module in line for module in self.modules)]
        return ", ".join([output_of("go", "env", "GOVERSION").strip(), *named])

    def command(self, job):
        return [self.program, job.brokers, job.topic, job.frames or "-", job.rules]


class Benthos(Go):
    name, title, share = "benthos", "Benthos (Bento's core)", 0.1
    folder, modules = HERE / "benthos", ("redpanda-data/benthos/v4 ", "twmb/franz-go ")
    remark = ("stands in for Bento, its fork, which the Go module proxy does not serve by version; Bloblang, the phrases as a "
              "dictionary that pairs of words are looked up in")

    def missing(self):
        return lacking("go")

    def command(self, job):
        rules = inputs.read_table(job.rules)
        numbers = {words: number for number, words in enumerate(rules.values())}
        probabilities = [round(1 / (1 + math.exp(1 - 0.5 * hits)), 4) for hits in range(len(rules))]
        source = f"{{file: {{paths: [\"{job.frames}\"], scanner: {{lines: {{}}}}}}}}" if job.frames else "{stdin: {}}"
        values = {"folder": job.folder, "brokers": job.brokers, "topic": job.topic, "input": source,
                  **{name: json.dumps(value, ensure_ascii=False) for name, value in
                     (("rules", numbers), ("names", list(rules)), ("probabilities", probabilities))}}
        for name in ("peer.yaml", "mapping.blobl"):
            text = string.Template((self.folder / name).read_text()).substitute(values)
            (job.folder / name).write_text(text, encoding="utf-8")
        return [self.program, "run", job.folder / "peer.yaml"]


class Jvm(Peer):
    name, title, warm = "jvm", "Java", 100_000
    project, source = HERE / "jvm/pom.xml", HERE / "jvm/Peer.java"
    system = f"linux-{platform.machine()}"

    def missing(self):
        return lacking("java", "javac", "mvn")

    def prepare(self):
        self.folder, wanted = made_for(self.project, self.source)
        if wanted:
            run_quietly(["mvn", "-q", "-B", "-f", self.project, f"-Djavacpp.platform={self.system}",
                         "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies",
                         "-DincludeScope=runtime", f"-DoutputDirectory={self.folder}/jars"])
            run_quietly(["javac", "-d", self.folder / "classes", "-cp", f"{self.folder}/jars/*", self.source])
            (self.folder / "complete").touch()

    def versions(self):
        pinned = re.findall(r"<artifactId>([^<]+)</artifactId>\s*<version>([^<]+)</version>", self.project.read_text())
        return ", ".join([output_of("java", "-version").splitlines()[1],
                          *(f"{name} {version}" for name, version in pinned if name != "peer")])

    def command(self, job):
        return ["java", "-Xmx512m", "-cp", f"{self.folder}/classes:{self.folder}/jars/*", "Peer", job.brokers, job.topic,
                job.frames or "-", job.rules]


class Rsyslog(Peer):
    name, title, share, follows = "rsyslog", "rsyslog with omkafka", 0.05, True
    lacks = ("labels", "evidence", "brands")
    remark = ("2,006 rules by `contains` over lists of 45, the one way of RainerScript to look for phrases; lower case of ASCII "
              "only; no headers, no probability")
    modules = [f"/usr/lib/{platform.machine()}-linux-gnu/rsyslog/{name}.so" for name in ("omkafka", "mmjsonparse", "imfile")]
    between = [*".,!?:;()[]<>*/-_@&#+=%$|~^`'\"\\\n", *"’‘“”„«»—–…•"]
    group = 45  # as many lists as rules in one: a post without hits is compared with each rule once all the same

    def missing(self):
        lost = [path for path in self.modules if not pathlib.Path(path).exists()]
        return lacking("rsyslogd") or (f"there is no {lost[0]} (packages rsyslog, rsyslog-kafka)" if lost else None)

    def versions(self):
        return output_of("rsyslogd", "-v").splitlines()[0].partition(" (")[0].replace("  ", " ")

    def knows(self, text):
        return text.isascii()

    def folding(self):
        marks = [json.dumps(mark, ensure_ascii=False).replace("$", "\\$") for mark in self.between]
        return "\n".join([*(f'    set $.text = replace($.text, {mark}, " ");' for mark in marks),
                          *['    set $.text = replace($.text, "  ", " ");'] * 4])

    def conditions(self, rules):
        rows = list(rules.items())
        for begin in range(0, len(rows), self.group):
            some = rows[begin:begin + self.group]
            yield "    if $.text contains [" + ", ".join(f'" {words} "' for _, words in some) + "] then {"
            for name, words in some:
                found = f'{{"rule":"{name}","label":"bench","weight":0.5}}' if "." in name else f'"{name}"'
                into = "$.evidence" if "." in name else "$.brands"
                yield (f'      if $.text contains " {words} " then {{ if {into} != "" then set {into} = {into} & ","; '
                       f"set {into} = {into} & '{found}'; }}")
            yield "    }"

    def command(self, job):
        rules = inputs.read_table(job.rules)
        config = string.Template((HERE / "rsyslog/peer.conf").read_text()).safe_substitute(
            {"folder": job.folder, "brokers": job.brokers, "topic": job.topic, "frames": job.frames,
             "folding": self.folding(), "rules": "\n".join(self.conditions(rules))})
        (job.folder / "rsyslog.conf").write_text(config, encoding="utf-8")
        return ["rsyslogd", "-n", "-f", job.folder / "rsyslog.conf", "-i", job.folder / "rsyslog.pid"]


def of(build):
    """All of them, in the order of the table."""
    return [Naked(build), Hark(build), Go(), Jvm(), Python(), Benthos(), Rsyslog()]
