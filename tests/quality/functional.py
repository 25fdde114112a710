#!/usr/bin/env python3
"""Tries posts that test one thing each (posts/) and fails when a group of them goes more wrong than it may.

functional.py HARK            the table, and exit 1 when a group is below its bound (`at_least`, else 0.75)
functional.py HARK --wrong    the posts that went wrong as well
"""
import collections
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
LANGUAGES = ["en", "ru", "pl", "de", "es"]


def classified(hark, posts):
    """The labels of each post; posts are pairs of language and text."""
    lines = [json.dumps({"id": str(i), "text": text, "lang": lang}, ensure_ascii=False) for i, (lang, text) in enumerate(posts)]
    out = subprocess.run([hark, "classify", "--rules", HERE.parents[1] / "rules"], input="\n".join(lines) + "\n",
                         capture_output=True, text=True, check=True)
    records = [json.loads(line) for line in out.stdout.splitlines()]
    assert len(records) == len(posts), "a post was lost"
    return [record["labels"] for record in records]


def main():
    groups = [(lang, group) for lang in LANGUAGES for group in json.loads((HERE / f"posts/{lang}.json").read_text(encoding="utf-8"))]
    posts = [(lang, text) for lang, group in groups for text in group["posts"]]
    labels = iter(classified(sys.argv[1], posts))
    table, bad, right, wrong = collections.defaultdict(dict), False, 0, []
    for lang, group in groups:
        hits = 0
        for text in group["posts"]:
            given = next(labels)
            # Without a label that a group is about, nothing at all may be said of its posts.
            found = group["label"] in given if group["label"] else bool(given)
            hits += found == bool(group["given"])
            if found != bool(group["given"]):
                wrong.append(f"{lang}  {group['what']}: {text} {given}")
        table[group["what"]][lang] = f"{hits} of {len(group['posts'])}"
        right += hits
        bad |= hits < group.get("at_least", 0.75) * len(group["posts"])
    if "--wrong" in sys.argv:
        print("\n".join(wrong))
    print("| posts | " + " | ".join(LANGUAGES) + " |\n|---|" + "---|" * len(LANGUAGES))
    for what, cells in table.items():
        print(f"| {what} | " + " | ".join(cells.get(lang, "") for lang in LANGUAGES) + " |")
    print(f"{right} of {len(posts)} right")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
