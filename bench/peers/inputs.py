"""The input that every peer gets: rules as a table and as a Hark pack, and Jetstream frames of real posts.

All of it follows from the seed and deploy/sample/posts.ndjson.
"""

import json
import pathlib
import random
import re

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PHRASES = 2000
BRANDS = ["facebook", "science", "camera", "software", "player", "россии"]
LONGEST_POST = 300  # what the network allows, in characters
SPARE = 1.2         # candidates a phrase that is wanted: some are dropped


def texts():
    """(language, text) of each sample post that is no longer than the network allows."""
    with open(PROJECT / "deploy/sample/posts.ndjson", encoding="utf-8") as file:
        posts = [json.loads(line) for line in file]
    return [(post["lang"], post["text"]) for post in posts if len(post["text"]) < LONGEST_POST]


def fold(text):
    """What every peer can do: lower case, words between single blanks."""
    words = re.findall(r"[^\W_]+", text.lower())
    return f" {' '.join(words)} "


def candidates(seed):
    """Phrases of two words of plain letters. A quarter are neighbours in the posts, so that some hit; the others hardly
    ever meet."""
    words = [word for _, text in texts() for word in fold(text).split()]
    plain = [len(word) >= 4 and re.fullmatch("[a-z]+|[а-я]+", word) is not None for word in words]
    usable = [i for i in range(len(words) - 1) if plain[i]]
    neighbours = [i for i in usable if plain[i + 1]]
    chance = random.Random(seed)
    phrases = {}
    while len(phrases) < PHRASES * SPARE:
        if len(phrases) % 4 == 0:
            i = chance.choice(neighbours)
            phrase = f"{words[i]} {words[i + 1]}"
        else:
            phrase = f"{words[chance.choice(usable)]} {words[chance.choice(usable)]}"
        phrases.setdefault(phrase)
    return list(phrases)


def named(phrases):
    """{id: words} of all rules, the brands last."""
    return {**{f"bench.{i}": phrase for i, phrase in enumerate(phrases)}, **{brand: brand for brand in BRANDS}}


def write_table(rules, path):
    """A rule a line: id, tab, words. An id with a dot is a phrase's, one without a brand's."""
    path.write_text("".join(f"{name}\t{words}\n" for name, words in rules.items()), encoding="utf-8")


def read_table(path):
    return dict(line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())


def write_pack(rules, folder):
    """The phrases as a Hark pack. Its label is given to whatever one phrase hits, so that the record names each."""
    pack = folder / "bench/any.yaml"
    pack.parent.mkdir(parents=True, exist_ok=True)
    lines = ["label: bench", "lang: any", "bias: -1", "threshold: 0.3", "rules:"]
    for name, words in rules.items():
        if "." in name:
            quoted = " ".join(f'"{word}"' for word in words.split())
            lines.append(f"  - {{id: {name}, pattern: '{quoted}', weight: 0.5, hit: ['{words}']}}")
    pack.write_text("\n".join(lines) + "\n", encoding="utf-8")


def brands_yaml():
    return "brands: [" + ", ".join(f'{{id: {brand}, names: ["{brand}"]}}' for brand in BRANDS) + "]\n"


def frames(count, seed):
    """Jetstream events of the sample's texts in turn, two of three of them replies in one of 1,000 conversations."""
    chance = random.Random(seed)
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    dids = ["did:plc:" + "".join(chance.choices(alphabet, k=24)) for _ in range(1000)]
    cids = ["bafyrei" + "".join(chance.choices(alphabet, k=52)) for _ in range(1000)]
    roots = [json.dumps({"cid": cid, "uri": f"at://{did}/app.bsky.feed.post/3mpsj{number:08d}"}, separators=(",", ":"))
             for number, (did, cid) in enumerate(zip(dids, cids))]
    tails = []
    for lang, text in texts():
        quoted = json.dumps(text, ensure_ascii=False)
        tails.append((f'"langs":["{lang}"],', f'"text":{quoted}}},"cid":"'))
    for i in range(count):
        lang, text = tails[i % len(tails)]
        reply = ""
        if i % 3:
            reply = f'"reply":{{"parent":{roots[chance.randrange(1000)]},"root":{roots[chance.randrange(1000)]}}},'
        yield (f'{{"did":"{dids[i % 997]}","time_us":{1_783_175_880_000_000 + i},"kind":"commit","commit":{{'
               f'"rev":"3mpt{i:09d}","operation":"create","collection":"app.bsky.feed.post","rkey":"{rkey(i)}",'
               f'"record":{{"$type":"app.bsky.feed.post","createdAt":"2026-07-04T14:38:06.{i % 1000:03d}Z",'
               f'{lang}{reply}{text}{cids[i % 991]}"}}}}\n').encode()


def rkey(number):
    return f"3mpty{number:08d}"


def number_of(record_id):
    """The frame that a record was made of."""
    return int(record_id.rpartition("/")[2].removeprefix("3mpty"))
