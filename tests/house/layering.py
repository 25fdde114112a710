#!/usr/bin/env python3
"""Rooms include only the rooms that they may know. Usage: layering.py PROJECT"""

import pathlib
import re
import sys

KNOWS = {
    "core": set(),
    "telemetry": {"core"},
    "runtime": {"core", "telemetry"},
    "ingest": {"core", "runtime", "telemetry", "platforms/platform.hpp"},
    "platforms": {"core"},
    "text": {"core"},
    "match": {"core"},
    "triage": {"core"},
    "learn": {"core"},
    "publish": {"core", "runtime", "telemetry"},
    "pipeline": {"core", "telemetry", "runtime", "ingest", "platforms", "text", "match", "triage", "publish", "hark"},
}
KNOWS["app"] = set(KNOWS) | {"hark"}
# Platforms are siblings of one another too: what they share stands in the room itself.
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
STD_ONLY = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.M)


def faults(project):
    engine = project / "engine"
    for path in sorted(engine.rglob("*.[ch]pp")):
        inside = path.relative_to(engine)
        room = inside.parts[0]
        if room == "include":
            for name in STD_ONLY.findall(path.read_text()):
                if "/" in name or name.endswith((".h", ".hpp")):
                    yield f"{inside}: the public header reaches {name}"
            continue
        for name in INCLUDE.findall(path.read_text()):
            other = name.split("/")[0]
            if other == room:
                if room in ("platforms", "publish") and len(inside.parts) > 2 and name.count("/") > 1:
                    if name.split("/")[1] != inside.parts[1]:
                        yield f"{inside}: includes its sibling {name}"
                continue
            if other not in KNOWS[room] and name not in KNOWS[room]:
                yield f"{inside}: {room} may not know {name}"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "every room keeps to its neighbours")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
