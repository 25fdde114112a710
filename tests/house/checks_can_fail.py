#!/usr/bin/env python3
"""Each check of this folder must find a planted fault. Usage: checks_can_fail.py PROJECT"""

import pathlib
import sys
import tempfile

import documents
import layering
import sizes


def plant(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def expect(name, found, wanted):
    if any(wanted in fault for fault in found):
        return 0
    print(f"{name}: did not find `{wanted}` in {found}")
    return 1


def main():
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        plant(folder, "engine/text/a.cpp", '#include "match/matcher.hpp"\n')
        plant(folder, "engine/platforms/vk/a.cpp", '#include "platforms/meta/meta.hpp"\n')
        plant(folder, "engine/include/hark/engine.hpp", "#include <boost/asio.hpp>\n")
        layers = list(layering.faults(folder))
        body = "".join(f"    step({i});\n" for i in range(80))
        plant(folder, "engine/text/b.cpp", "void walk(int a,\n          int b) {\n" + body + "}\n")
        plant(folder, "engine/text/c.cpp", "int x;\n" * 501)
        plant(folder, "tests/text/d.cpp", "// " + "x" * 98 + "\n")
        grown = list(sizes.faults(folder))
        plant(folder, "README.md", "`engine/gone.cpp` [a](docs/gone.md)\n\n    HARK=x tests/text/d.cpp DATA\n")
        plant(folder, "engine/README.md", "")
        plant(folder, "docs/life_of_a_post.md", "`engine/text/b.cpp`, `run()`\n")
        plant(folder, "docs/configuration.md", "`a`\n")
        plant(folder, "tests/app/keys.txt", "a\nsources.name\n")
        pages = [*documents.named_files(folder), *documents.steps(folder), *documents.keys(folder)]
        return sum([
            expect("layering", layers, "text may not know match/matcher.hpp"),
            expect("layering", layers, "includes its sibling"),
            expect("layering", layers, "the public header reaches"),
            expect("sizes", grown, "a function of 83 lines"),
            expect("sizes", grown, "501 lines"),
            expect("sizes", grown, "101 columns"),
            expect("documents", pages, "engine/gone.cpp"),
            expect("documents", pages, "leads nowhere"),
            expect("documents", pages, "tests/text/d.cpp cannot be run"),
            expect("documents", pages, "has no run()"),
            expect("documents", pages, "only 1 steps"),
            expect("documents", pages, "`sources.name` is not described"),
        ])


if __name__ == "__main__":
    sys.exit(main())
