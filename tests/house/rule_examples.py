"""The packs in docs/rules.md pass `hark check`, and its table of constructs tells the truth. Usage: rule_examples.py HARK PROJECT"""

import pathlib
import re
import subprocess
import sys
import tempfile

hark, project = sys.argv[1], pathlib.Path(sys.argv[2])
text = (project / "docs/rules.md").read_text()
faults = []


def run(*words):
    return subprocess.run([hark, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def member(pack, key):
    return re.search(rf"^{key}: (\w+)", pack, re.M)[1]


packs = re.findall(r"^```yaml\n(label:.*?)^```", text, re.M | re.S)
with tempfile.TemporaryDirectory() as folder:
    for pack in packs:
        path = pathlib.Path(folder) / member(pack, "label") / (member(pack, "lang") + ".yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(pack)
    checked = run("check", "--rules", folder)
    if checked.returncode != 0:
        faults.append(checked.stdout)
    stacked = run("check", "--rules", project / "rules", "--rules", folder)
    if stacked.returncode != 0:
        faults.append(f"on the shipped rules: {stacked.stdout}")
    for post in re.findall(r"hark rules test .*--text '(.*?)'", text):
        if '"labels":{}' in run("rules", "test", "--rules", folder, "--text", post).stdout:
            faults.append(f"docs/rules.md: `{post}` shows nothing")

rows = re.findall(r"^\| (`.+?`) \| .*? \| (.*?) \| (.*?) \|$", text.split("## Patterns")[1].split("\n## ")[0], re.M)
tried = 0
for written, fires, not_in in rows:
    pattern = re.findall(r"`(.+?)`", written)[0].replace("\\|", "|")
    for cell, wanted in ((fires, True), (not_in, False)):
        for post in re.findall(r"`(.+?)`", cell):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "tried/any.yaml"
                path.parent.mkdir()
                path.write_text("label: tried\nlang: any\nrules:\n  - id: tried.any.it\n    pattern: '{}'\n    weight: 1\n    {}: ['{}']\n{}".format(
                    pattern, "hit" if wanted else "miss", post, "" if wanted else "    hit: ['{}']\n".format(pattern.replace("*", "").replace('"', ""))))
                said = run("check", "--rules", folder).stdout
                tried += 1
                if ("does not fire in its own example `" + post if wanted else "fires in its counter-example") in said or "no faults" not in said and wanted:
                    faults.append(f"docs/rules.md: `{pattern}` should {'' if wanted else 'not '}fire in `{post}`: {said}")

if len(packs) < 2 or tried < 10:
    faults.append(f"docs/rules.md: only {len(packs)} packs and {tried} examples were found")
print("\n".join(faults) or f"{len(packs)} packs, {tried} examples hold")
sys.exit(1 if faults else 0)
