#!/usr/bin/env python3
"""hark eval on posts and rules of its own: eval_test.py HARK"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HARK = sys.argv.pop(1)
PACK = """label: complaint
lang: en
bias: -1
threshold: 0.5
rules:
  - {id: complaint.en.late, pattern: late, weight: 3, sublabel: delivery, hit: [late], miss: [no]}
  - {id: complaint.en.never, pattern: never, weight: 3, hit: [never], miss: [no]}
  - {id: complaint.en.thanks, pattern: thanks, weight: -1, hit: [thanks], miss: [no]}
"""
POSTS = [
    ("so late again", 1, ["delivery"]),
    ("late and broken", 1, ["quality"]),
    ("never seen it", 0, None),
    ("never <mind> thanks", 0, None),
    ("it came thanks", 0, None),
    ("what a mess", 1, None),
]


class Eval(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        (self.path / "rules/complaint").mkdir(parents=True)
        (self.path / "rules/complaint/en.yaml").write_text(PACK)
        posts = [{"text": text, "lang": "en", "labels": {"complaint": label}} for text, label, _ in POSTS]
        for post, (_, _, sublabels) in zip(posts, POSTS):
            if sublabels:
                post["sublabels"] = {"complaint": sublabels}
        (self.path / "desk.ndjson").write_text("".join(json.dumps(post) + "\n" for post in posts))

    def hark(self, *options, code=0):
        done = subprocess.run([HARK, "eval", self.path / "desk.ndjson", "--rules", self.path / "rules", *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_figures(self):
        row = json.loads(self.hark("--json").stdout)
        self.assertEqual((row["set"], row["posts"], row["positives"]), ("desk", 6, 3))
        self.assertAlmostEqual(row["precision"], 0.5, 3)
        self.assertAlmostEqual(row["recall"], 0.6666, 3)

    def test_what_hurts_and_what_sort(self):
        out = self.hark("--errors", "2", "--sublabels").stdout
        self.assertIn("hurts: complaint.en.never made 2 posts wrong, 0 right", out)
        self.assertNotIn("hurts: complaint.en.late", out)
        self.assertIn("complaint/delivery en: given 2, 2 of them to posts with the label; 1 of 2 annotated ones right, 1 true", out)
        self.assertIn("+3.00 complaint.en.never -1.00 complaint.en.thanks", out)

    def test_page(self):
        self.hark("--html", self.path / "page.html")
        page = (self.path / "page.html").read_text()
        self.assertIn("never &lt;mind&gt; thanks", page)
        self.assertNotIn("<script", page)
        self.assertEqual(page.count("<svg"), 2)
        self.assertIn("<tr><td>complaint.en.never<td>3.00<td>2<td>0", page)

    def test_a_page_that_cannot_be_written_fails(self):
        self.assertIn("cannot be written", self.hark("--html", self.path / "none/page.html", code=1).stderr)

    def test_a_bad_line_is_named_and_fails(self):
        with open(self.path / "desk.ndjson", "a") as file:
            file.write("no post\n")
        done = self.hark("--json", code=1)
        self.assertIn("desk.ndjson:7", done.stderr)
        self.assertEqual(json.loads(done.stdout)["posts"], 6)

    def test_a_label_that_is_neither_0_nor_1_is_named(self):
        with open(self.path / "desk.ndjson", "a") as file:
            file.write('{"text": "so late", "lang": "en", "labels": {"complaint": 2}}\n'
                       '{"text": "so late", "lang": "en", "labels": {"complaint": null}}\n')
        done = self.hark("--json", code=1)
        self.assertIn("desk.ndjson:7: `labels` are 0, 1, true, false or null: `complaint` is another value", done.stderr)
        self.assertEqual(json.loads(done.stdout)["posts"], 6)

    def test_other_rules_are_compared_in_json_too(self):
        (self.path / "other/complaint").mkdir(parents=True)
        (self.path / "other/complaint/en.yaml").write_text(PACK.replace("pattern: never, weight: 3", "pattern: mess, weight: 3"))
        row = json.loads(self.hark("--json", "--against", self.path / "other").stdout)
        self.assertEqual((row["better"], row["worse"]), (0, 3))
        self.assertAlmostEqual(row["against_f1"], 1.0)
        self.assertGreater(row["p"], 0.2)

    def test_posts_without_a_label_of_the_rules(self):
        (self.path / "desk.ndjson").write_text('{"text": "so late", "lang": "en", "labels": {"other": 1}}\n')
        self.assertIn("no post says whether it has a label that these rules have", self.hark(code=1).stderr)

    def test_learn_says_what_is_missing(self):
        for options, what in ((("pl", "complaint"), "no post of the language `pl`"),
                              (("en", "nosuch"), "no post that says whether it has the label `nosuch`"),
                              (("en", "complaint", "--desk", "shop"), "no post of shop, which --desk names")):
            done = subprocess.run([HARK, "learn", self.path / "desk.ndjson", "-o", self.path / "pack.yaml", "--lang", options[0],
                                   "--label", *options[1:]], capture_output=True, text=True)
            self.assertIn(what, done.stderr)


if __name__ == "__main__":
    unittest.main()
