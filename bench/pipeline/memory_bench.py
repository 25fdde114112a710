#!/usr/bin/env python3
"""Resident memory of `hark run` while posts flow: standard input to standard output, the shipped rules, the window of seen
posts on.

Usage: memory_bench.py BUILD [POSTS]      (BUILD: the release build's folder; default 10000000 posts)

Prints the resident memory after each tenth of the posts, and how much it grew after the first.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
TENTHS = 10
BATCH = 1000


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    hark = str(pathlib.Path(sys.argv[1]).resolve() / "engine/hark")
    posts = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hark-bench-"))
    config = folder / "hark.yaml"
    config.write_text("state_folder: state\nshards: 1\nadmin: {port: 0}\nlog: {level: error}\n"
                      "sources: [{name: bench, platform: mention, file: \"-\"}]\nsink: {stdout: {}}\n")
    tails = []
    for line in open(PROJECT / "deploy/sample/posts.ndjson"):
        post = json.loads(line)
        del post["id"]
        tails.append(("\"," + json.dumps(post, ensure_ascii=False)[1:] + "\n").encode())
    process = subprocess.Popen([hark, "run", "-c", str(config), "--once"], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, cwd=folder)
    figures = []
    for tenth in range(TENTHS):
        for first in range(tenth * posts // TENTHS, (tenth + 1) * posts // TENTHS, BATCH):
            process.stdin.write(b"".join(b'{"id":"bench:%d%s' % (i, tails[i % len(tails)])
                                         for i in range(first, first + BATCH)))
        figures.append(resident_mib(process.pid))
        print(f"{(tenth + 1) * posts // TENTHS:>10} posts: {figures[-1]:.1f} MiB", flush=True)
    process.stdin.close()
    if process.wait() != 0:
        sys.exit("hark failed")
    print(f"grew by {figures[-1] - figures[0]:.1f} MiB after the first tenth")


if __name__ == "__main__":
    main()
