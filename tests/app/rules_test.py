#!/usr/bin/env python3
"""What hark check, rules and classify say of packs of their own: rules_test.py HARK"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HARK = sys.argv.pop(1)
REFUND = "  - {id: complaint.en.refund, pattern: 'refund*', weight: 2, hit: [refund], miss: [no]}\n"
BASE = "label: complaint\nlang: en\nbias: -1\nthreshold: 0.6\nadvice: answer_first\nrules:\n" + REFUND


class Rules(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def hark(self, *words, code=0, given=None):
        done = subprocess.run([HARK, *map(str, words)], input=given, capture_output=True, text=True, cwd=self.path)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def check(self, *folders, code=0):
        return self.hark("check", *[word for name in folders for word in ("--rules", self.path / name)], code=code)

    def pack(self, rules, head="label: complaint\nlang: en\nbias: -1\n", name="one/complaint/en.yaml"):
        self.write(name, head + "rules:\n" + rules)

    def test_the_last_folder_that_writes_a_key_decides_it(self):
        self.write("one/complaint/en.yaml", BASE)
        self.write("one/complaint/en.learned.yaml",
                   "label: complaint\nlang: en\nbias: -2\nthreshold: 0.7\nlearned: |\n  +1 2 3 broken\n")
        self.write("two/complaint/en.yaml", "label: complaint\nlang: en\nthreshold: 0.99\nadvice: leave\n")
        self.write("three/praise/en.yaml", BASE.replace("complaint", "praise"))
        for order, threshold, advice in (("one", 0.7, "answer_first"), ("one two three", 0.99, "leave"),
                                         ("three two one", 0.7, "answer_first")):
            folders = [word for name in order.split() for word in ("--rules", self.path / name)]
            heads = [json.loads(line) for line in self.hark("rules", "list", "--label", "complaint", *folders).splitlines()]
            head = next(one for one in heads if one.get("pack") == "complaint/en")
            self.assertEqual((head["bias"], head["threshold"], head["advice"]), (-2, threshold, advice), order)
            self.assertIn("two/complaint/en.yaml:3" if threshold > 0.9 else "en.learned.yaml:4", head["threshold_at"])
        said = self.hark("classify", "--text", "--rules", self.path / "one", "--rules", self.path / "two", given="a broken refund\n")
        self.assertEqual(json.loads(said)["labels"], {})

    def test_a_rule_without_weight_is_named_unless_others_name_it(self):
        self.pack(REFUND + "  - {id: a, pattern: late, hit: [late], miss: [no]}\n"
                  "  - {id: b, pattern: slow, hit: [slow], miss: [no]}\n"
                  "  - {id: c, weight: 1, when: {all: [b], links: 0}, hit: [slow], miss: [no]}\n")
        said = self.check("one", code=78)
        self.assertIn("en.yaml:6:5: rule `a` has no `weight`", said)
        self.assertEqual(said.count("\n"), 1, said)

    def test_languages_that_no_post_has(self):
        self.pack(REFUND, head="label: complaint\nlang: english\n", name="one/complaint/english.yaml")
        self.assertIn("english.yaml:2:7: no post is of the language `english`; it can be one of: en, ru, pl, de, es, uk, any",
                      self.check("one", code=78))
        self.pack(REFUND.replace("weight", "when: {lang: [ru, xx]}, weight"), name="two/complaint/en.yaml")
        self.assertIn("no post is of the language `xx`", self.check("two", code=78))

    def test_a_threshold_that_nothing_reaches(self):
        self.pack(REFUND, head="label: complaint\nlang: en\nbias: -10\n")
        self.assertIn("`complaint` can never be given: weights of 2.00 in all and a bias of -10.00 make 0.000", self.check("one", code=78))
        self.pack(REFUND.replace("weight", "mode: shadow, weight"), head="label: complaint\nlang: en\nbias: -10\n", name="two/complaint/en.yaml")
        self.check("two")

    def test_files_that_only_look_like_lists_and_packs(self):
        self.write("one/complaint/en.yaml", BASE)
        self.write("one/lists/l.TXT", "word\n")
        self.write("one/praise/en.YAML", BASE)
        said = self.check("one", code=78)
        self.assertIn("l.TXT: a list is a .txt file: this one is not read", said)
        self.assertIn("en.YAML: a pack is a .yaml file: this one is not read", said)

    def test_examples_may_ask_for_a_brand(self):
        self.pack(REFUND.replace("weight", "when: {names_brand: 1}, weight"))
        self.check("one")
        self.pack(REFUND.replace("weight", "when: {names_brand: 1}, weight").replace("[no]", "[refund]"))
        self.assertIn("fires in its counter-example", self.check("one", code=78))

    def test_what_a_change_breaks_is_told_where_it_was_changed(self):
        self.pack(REFUND + "  - {id: a, pattern: late, weight: 1, hit: [late], miss: [no]}\n"
                  "  - {id: c, weight: 1, when: {all: [a], links: 0}, hit: [late], miss: [no]}\n"
                  "  - {id: d, weight: 1, pattern: soon, when: {any: [a, complaint.en.refund]}, hit: [soon late], miss: [no]}\n")
        self.write("two/changes.yaml", "delete: [a]\n")
        said = self.check("one", "two", code=78)
        self.assertRegex(said, r"two/changes.yaml:1:9: rule `c` \(.*one/complaint/en.yaml:7\) can never fire: it waits for `a`, which is deleted")
        self.assertEqual(said.count("\n"), 1, said)
        self.write("two/changes.yaml", "change: [{id: a, mode: shadow}]\n")
        said = self.check("one", "two", code=78)
        self.assertRegex(said, r"two/changes.yaml:1:24: rule `c` .* waits for `a`, which is in shadow mode")
        self.assertEqual(said.count("\n"), 1, said)
        self.write("two/changes.yaml", "delete: [a, c]\n")
        self.check("one", "two")

    def test_ids_that_no_rule_has(self):
        self.pack(REFUND)
        rules = ("--rules", self.path / "one")
        self.assertIn("no rule has the id `complaint.en.refnd`; did you mean `complaint.en.refund`?",
                      self.hark("rules", "explain", "complaint.en.refnd", *rules, "--text", "aaa", code=78))
        self.assertIn("pattern: acme.com\n", self.hark("rules", "explain", "acme.com", *rules))
        self.write("two/changes.yaml", "delete: [complaint.en.refund]\n")
        self.assertRegex(self.hark("rules", "explain", "complaint.en.refund", *rules, "--rules", self.path / "two", code=78),
                         r"rule `complaint.en.refund` is deleted by .*two/changes.yaml:1")
        self.assertIn("is expected", self.hark("rules", "explain", "", code=2))
        self.assertIn("no pack has the label `nosuch`; there are: complaint", self.hark("rules", "list", *rules, "--label", "nosuch", code=78))

    def explain(self, id, text):
        return self.hark("rules", "explain", id, "--rules", self.path / "one", "--text", text)

    def test_explain_shows_what_stands_first_and_the_second_reading(self):
        self.write("one/lists/disguised.txt", "idiot*\n")
        words = "|".join(f"word{i}" for i in range(25))
        self.pack(f"  - {{id: a, pattern: '({words}|idiot*)', weight: 1}}\n")
        said = self.explain("a", "you id-iot")
        self.assertTrue(said.splitlines()[1].endswith("stands in the text"), said)
        self.assertIn("and is read again as: ` you idiot `", said)
        self.assertNotIn("nearest", said)
        self.assertTrue(self.explain("a", "word24").splitlines()[1].startswith("word24  "))

    def test_explain_says_mode_and_conditions_in_words(self):
        self.pack(REFUND.replace("weight", "mode: shadow, weight") +
                  "  - {id: s, pattern: late, sample: 5%, weight: 1}\n"
                  "  - {id: k, pattern: late, weight: 1, when: {kind: comment, none: [s]}}\n")
        self.assertIn("it fires, in shadow mode", self.explain("complaint.en.refund", "refund"))
        self.assertIn("it fires, on the 5.00% of posts", self.explain("s", "late"))
        said = self.explain("k", "late")
        self.assertIn("asks for kind = comment; it is post", said)
        self.assertIn("asks for none of 1 rules:", said)
        self.pack("  - {id: p, type: BADGE, raw: '[A-Z]{2}-[0-9]{4}', keywords: [badge], needs_keyword: true, weight: 6}\n",
                  head="label: pii\nlang: any\n", name="one/pii/any.yaml")
        self.assertIn("asks for one of its keywords near by: badge\n", self.explain("p", "it is AB-1234"))

    def test_a_post_that_comes_near_a_label(self):
        self.pack(REFUND, head="label: complaint\nlang: en\nbias: -3\n")
        said = self.hark("rules", "test", "--rules", self.path / "one", "--text", "Where is my refund, please?")
        self.assertEqual(json.loads(said.splitlines()[0])["labels"], {})
        self.assertIn("complaint  en  bias -3.00, rules +2.00: probability 0.269, threshold 0.500: not given\n", said)
        self.pack(REFUND, head="label: complaint\nlang: en\nbias: 2\n")
        said = self.hark("rules", "test", "--rules", self.path / "one", "--text", "Where is my old friend, please?")
        self.assertIn("probability 0.881, threshold 0.500: not given: too little speaks for it", said)

    def test_list_has_all_that_a_rule_has(self):
        self.pack(REFUND + "  - {id: a, pattern: late, weight: 1, fixed: true, sample: 5%, advice: hide,"
                  " when: {links: '>=2', kind: '!=post', lang: en, at_least: {n: 2, of: [complaint.en.refund, b, c]}}}\n"
                  "  - {id: b, pattern: b, weight: 0}\n  - {id: c, pattern: c, weight: 0}\n")
        rule = [json.loads(line) for line in self.hark("rules", "list", "--rules", self.path / "one").splitlines()][2]
        self.assertEqual((rule["id"], rule["fixed"], rule["sample_percent"], rule["advice"]), ("a", True, 5, "hide"))
        self.assertEqual(rule["when"], {"links": ">=2", "kind": "!=post", "lang": ["en"],
                                        "at_least": {"n": 2, "of": ["complaint.en.refund", "b", "c"]}})

    def test_byte_order_marks(self):
        mark = b"\xef\xbb\xbf"
        self.write("one/complaint/en.yaml", mark + BASE.replace("refund*", "{words}").encode())
        self.write("one/lists/words.txt", mark + b"refund\n")
        self.check("one")
        posts = self.write("posts.ndjson", mark + b'{"text": "a refund", "lang": "en", "labels": {"complaint": 1}}\n')
        self.assertIn('"labels"', self.hark("classify", posts, "--rules", self.path / "one"))
        self.assertIn("complaint", self.hark("eval", posts, "--rules", self.path / "one"))

    def test_bad_lines_are_told_but_not_all(self):
        posts = self.write("posts.ndjson", "{broken}\n" * 30)
        said = self.hark("classify", posts, code=1)
        self.assertEqual(said.count("malformed_json"), 10)
        self.assertIn("posts.ndjson: and 20 more lines\n30 lines could not be used", said)
        self.assertIn("a line is a JSON object of its own", said)
        said = self.hark("replay", posts, code=1)
        self.assertEqual(said.count("no record of Hark"), 10)
        self.assertIn("and 20 more", said)

    def test_one_fault_for_one_slip(self):
        self.pack("  - {id: a, patern: late, weight: 1}\n")
        said = self.check("one", code=78)
        self.assertIn("unknown key `patern`; did you mean `pattern`?", said)
        self.assertEqual(said.count("\n"), 1, said)
        self.pack(REFUND, head="lang: en\n", name="two/complaint/en.yaml")
        said = self.check("two", code=78)
        self.assertIn("`label` is required", said)
        self.assertNotIn("this file should be", said)

    def test_messages_say_what_is_allowed(self):
        self.pack(REFUND.replace("weight", "when: {kind: tweet}, weight"))
        self.assertIn("`kind` is post, comment, mention, message, review or reaction", self.check("one", code=78))
        self.pack(REFUND.replace("refund*", "zzzz*"))
        self.assertIn("(`zzz` folds to one)", self.check("one", code=78))
        self.pack(REFUND.replace("refund*", r"re: (Foo|bar\S\p{L}\xAB) "))
        said = self.check("one", code=78)
        self.assertIn("never holds `Foo` but ` foo `", said)
        self.assertNotIn("never holds `S", said)
        self.pack(REFUND)
        self.write("two/changes.yaml", "change: [{id: complaint.en.refund, pattern: late}]\n")
        self.assertIn("of a rule `weight`, `mode` and `sample` can be changed", self.check("one", "two", code=78))

    def test_a_list_that_is_no_utf8(self):
        self.write("one/complaint/en.yaml", BASE)
        self.write("one/lists/words.txt", b"fine\nb\xffd\n")
        self.assertIn("words.txt:2:1: is no UTF-8", self.check("one", code=78))

    def test_files_that_are_none(self):
        self.assertIn("nosuch: No such file", self.hark("classify", "nosuch", code=1))
        self.assertIn("Is a directory", self.hark("classify", self.path, code=1))

    def test_usage(self):
        self.assertIn("there is no command `foo`", self.hark("foo", code=2))
        self.assertNotIn("  hark learn", self.hark("eval", "--help"))
        self.assertNotIn("rules reload", self.hark("rules", "list", "--help"))
        self.assertIn("-c,--config", self.hark("replay", "--help").replace("-c, --config", "-c,--config"))
        said = self.hark("check", "--help")
        self.assertIn("again for each further one", " ".join(said.split()))
        self.assertNotIn("...", said)


if __name__ == "__main__":
    unittest.main()
