#!/usr/bin/env python3
"""House numbers: file <= 500 lines (tests 900), function <= 70, line <= 100. Usage: sizes.py PROJECT"""

import pathlib
import re
import sys

FILE_LINES, TEST_FILE_LINES, FUNCTION_LINES, LINE_COLUMNS = 500, 900, 70, 100
FOLDERS = ("engine", "tests", "bench", "deploy")
# After clang-format a function opens at the end of a line and closes with a brace of the same indentation.
OPENS = re.compile(r"^( *)(?!.*\b(?:namespace|class|struct|enum|union|switch|for|while|if|else|do|try|catch)\b).*[)\w] \{$")


def functions(lines):
    """(first line, length) of each function, lambdas in them left out."""
    at = 0
    while at < len(lines):
        match = OPENS.match(lines[at])
        if match is None or "= {" in lines[at] or not re.search(r"\)[^;]*\{$", lines[at]):
            at += 1
            continue
        first = at
        # A header may stand on several lines: the closing brace belongs to the line where it began.
        while first > 0 and lines[first - 1].strip() and not lines[first - 1].rstrip().endswith((";", "{", "}", ":")) \
                and not lines[first - 1].lstrip().startswith(("//", "#")):
            first -= 1
        indent = re.match(" *", lines[first]).group()
        end = at + 1
        while end < len(lines) and lines[end] not in (indent + "}", indent + "};"):
            end += 1
        yield first + 1, end - first + 1
        at = end + 1


def faults(project):
    for folder in FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            if path.suffix not in (".cpp", ".hpp", ".py") or not path.is_file():
                continue
            name = path.relative_to(project)
            lines = path.read_text().splitlines()
            limit = TEST_FILE_LINES if folder == "tests" else FILE_LINES
            if len(lines) > limit:
                yield f"{name}: {len(lines)} lines, at most {limit}"
            if path.suffix == ".py":
                continue
            for number, line in enumerate(lines, 1):
                if len(line) > LINE_COLUMNS:
                    yield f"{name}:{number}: {len(line)} columns, at most {LINE_COLUMNS}"
            for number, length in functions(lines):
                if length > FUNCTION_LINES:
                    yield f"{name}:{number}: a function of {length} lines, at most {FUNCTION_LINES}"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "everything has its size")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
