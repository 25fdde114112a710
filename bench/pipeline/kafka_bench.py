#!/usr/bin/env python3
"""File to a real Kafka broker: bare librdkafka beside `hark run --once`, the same records and options, in turn.

Usage: kafka_bench.py BUILD [POSTS [REPEATS]]      (BUILD: the release build's folder; default 300000 posts, 5 repeats)

Prints CPU seconds a million posts and the wall rate of both, and the ratios. Hark reads the posts from a file, classifies
them with the shipped rules, and sends each record to hark.mentions; topics of labels are off, so that both sides send the
same number of messages.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measure import PROJECT, measured, spread  # noqa: E402
from harness import Broker  # noqa: E402


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    posts = int(sys.argv[2]) if len(sys.argv) > 2 else 300_000
    repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    hark = str(build / "engine/hark")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hark-bench-"))
    sample = [json.loads(line) for line in open(PROJECT / "deploy/sample/posts.ndjson")]
    with open(folder / "posts.ndjson", "w") as out:
        for i in range(posts):
            out.write(json.dumps({**sample[i % len(sample)], "id": f"bench:{i}"}, ensure_ascii=False) + "\n")
    with open(folder / "records.ndjson", "wb") as out:
        subprocess.run([hark, "classify", str(folder / "posts.ndjson")], check=True, stdout=out)
    broker = Broker(settings=["auto.create.topics.enable=true"])
    try:
        results = {"naked": [], "hark": []}
        for i in range(repeats):
            results["naked"].append(measured([str(build / "bench/pipeline/naked_producer"), broker.servers, f"naked{i}",
                                              str(folder / "records.ndjson")]))
            config = folder / f"hark{i}.yaml"
            config.write_text(f"state_folder: state{i}\nshards: 1\nadmin: {{port: 0}}\nlog: {{level: error}}\n"
                              f"sources: [{{name: bench, platform: mention, file: {folder}/posts.ndjson}}]\n"
                              f"publish: {{prefix: hark{i}, labels: []}}\n"
                              f"sink: {{kafka: {{brokers: \"{broker.servers}\", partitions: 1, linger: 5 ms, compression: lz4}}}}\n")
            results["hark"].append(measured([hark, "run", "-c", str(config), "--once"]))
        medians = {}
        for name, runs in results.items():
            cpu = [1e6 * run.cpu_s / posts for run in runs]
            rate = [posts / run.wall_s for run in runs]
            medians[name] = (statistics.median(cpu), statistics.median(rate))
            print(f"{name:6} CPU s/million: median {spread(cpu)}   posts/s: median {spread(rate, 0)}")
        print(f"ratio  CPU {medians['hark'][0] / medians['naked'][0]:.2f}, wall rate {medians['hark'][1] / medians['naked'][1]:.2f}")
    finally:
        broker.close()


if __name__ == "__main__":
    main()
