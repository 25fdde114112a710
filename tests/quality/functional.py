#!/usr/bin/env python3
"""Tries posts that test one thing each (functional.json) and fails when a group of them goes more wrong than it may.

functional.py HARK            the table, and exit 1 when a group is below its bound
functional.py HARK --wrong    the posts that went wrong as well
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
LANGUAGES = ["en", "ru", "pl", "de", "es"]


def main():
    hark = sys.argv[1]
    groups = json.loads((HERE / "functional.json").read_text(encoding="utf-8"))
    posts = [
        (group, lang, text)
        for group in groups
        for lang in LANGUAGES
        for text in group.get(lang, [])
    ]
    lines = [
        json.dumps({"id": str(i), "text": text, "lang": lang}, ensure_ascii=False)
        for i, (_, lang, text) in enumerate(posts)
    ]
    out = subprocess.run(
        [hark, "classify", "--rules", HERE.parents[1] / "rules"],
        input="\n".join(lines) + "\n", capture_output=True, text=True, check=True,
    )
    records = [json.loads(line) for line in out.stdout.splitlines()]
    assert len(records) == len(posts), "a post was lost"
    right, wrong = {}, []
    for (group, lang, text), record in zip(posts, records):
        found = "trolling" in record["labels"]
        is_right = found == bool(group["trolling"])
        right.setdefault((group["what"], lang), []).append(is_right)
        if not is_right:
            wrong.append(f"{lang}  {group['what']}: {text}")
    if "--wrong" in sys.argv:
        print("\n".join(wrong))
    print("| posts | " + " | ".join(LANGUAGES) + " |\n|---|" + "---|" * len(LANGUAGES))
    bad = 0
    for group in groups:
        cells = []
        for lang in LANGUAGES:
            results = right[(group["what"], lang)]
            cells.append(f"{sum(results)} of {len(results)}")
            bad += sum(results) < group.get("at_least", 0.75) * len(results)
        print(f"| {group['what']} | " + " | ".join(cells) + " |")
    print(f"{len(posts) - len(wrong)} of {len(posts)} right")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
