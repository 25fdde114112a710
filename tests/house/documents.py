#!/usr/bin/env python3
"""The documents name what exists. Usage: documents.py PROJECT

- docs/life_of_a_post.md: every `path/file.cpp` exists and every `function()` named beside it stands in that file;
- links between documents lead somewhere;
- what they say to run, as `    tests/run dev`, can be run;
- docs/configuration.md names every key that the program reads (the list comes from tests/app, which writes down
  what a full configuration asked for: see tests/app/keys.txt).
"""

import os
import pathlib
import re
import sys

FILE_NAME = re.compile(r"`((?:engine|rules|bench|tests|deploy|docs|cmake)/[\w./-]+)`")
STEP = re.compile(r"`(engine/[\w./-]+\.[ch]pp)`[^`\n]*`(\w+(?:::\w+)*)\(\)`")
COMMAND = re.compile(r"^ *(?:\w+=\S+ )*((?:rules|bench|tests|deploy|engine)/[\w./-]+)(?: |$)", re.M)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def named_files(project):
    for page in [project / "README.md", *sorted((project / "docs").rglob("*.md")), project / "engine/README.md"]:
        text = page.read_text()
        for name in FILE_NAME.findall(text):
            if not (project / name).exists():
                yield f"{page.relative_to(project)}: names {name}, which is not there"
        for name in COMMAND.findall(text):
            if not os.access(project / name, os.X_OK):
                yield f"{page.relative_to(project)}: {name} cannot be run: it is not executable"
        for link in LINK.findall(text):
            if not (page.parent / link).exists():
                yield f"{page.relative_to(project)}: the link {link} leads nowhere"


def steps(project):
    text = (project / "docs/life_of_a_post.md").read_text()
    found = STEP.findall(text)
    if len(found) < 10:
        yield f"docs/life_of_a_post.md: only {len(found)} steps of the form `engine/FILE` … `function()`"
    for name, function in found:
        path = project / name
        last = function.split("::")[-1]
        if path.exists() and not re.search(rf"\b{re.escape(last)}\s*\(", path.read_text()):
            yield f"docs/life_of_a_post.md: {name} has no {function}()"


def keys(project):
    text = (project / "docs/configuration.md").read_text()
    for key in (project / "tests/app/keys.txt").read_text().split():
        if f"`{key}`" not in text:
            yield f"docs/configuration.md: the key `{key}` is not described"


def main():
    project = pathlib.Path(sys.argv[1])
    found = [*named_files(project), *steps(project), *keys(project)]
    print("\n".join(found) or "the documents are true to the tree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
