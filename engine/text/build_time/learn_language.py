#!/usr/bin/env python3
"""Learns language_groups.cpp: how much each group of three folded letters speaks for each language.

    learn_language.py POSTS LOCALES > ../language_groups.cpp
    learn_language.py --held-out POSTS LOCALES | language_accuracy

POSTS is a folder of NDJSON with `text` and `lang`; LOCALES is /usr/share/locale of a machine whose
packages brought their translations (for the languages of which there are no posts). One half of the
posts and a fifth of the translations are held out. Only counts go into the file.
"""
import collections
import gettext
import glob
import json
import math
import os
import random
import re
import sys
import unicodedata

LANGUAGES = ["en", "pl", "de", "es", "fr", "pt", "it", "other"]
OTHERS = ["nl", "tr", "cs", "sv", "ro", "id", "da", "fi", "hu", "hr"]
# Programs do not speak as people do; there were no Spanish posts to learn from.
SPANISH = """
¿dónde está mi paquete? llevo dos semanas esperando y nadie me contesta · no me funciona la aplicación
hola buenas tardes, quisiera saber cuándo abren la tienda · qué vergüenza de servicio, no vuelvo más
muchas gracias por todo, me encantó la atención · esto es una estafa, quiero que me devuelvan el dinero
alguien sabe cómo puedo cancelar la suscripción? · estoy muy contento con mi compra, lo recomiendo
por favor necesito ayuda urgente, me han cobrado dos veces · ya van tres días sin internet y ustedes nada
ayer fui a la tienda y me trataron fatal · el pedido llegó roto y tarde · nunca había tenido un problema así
buenos días, mi pedido todavía no ha llegado · eres un idiota, cállate ya · no puedo entrar en mi cuenta
pero qué me estás contando, si yo no he hecho nada · a mí también me pasa lo mismo desde hace días
feliz cumpleaños, que lo pases muy bien · hay que ver lo caro que está todo · siempre lo mismo con ellos
no entiendo por qué tardan tanto en responder · vaya mierda de empresa · todo perfecto, llegó muy rápido
me gustaría cambiar la talla, ¿cómo lo hago? · hoy no hay luz en mi barrio · ella dijo que venía mañana
los mejores zapatos que he comprado en mi vida · cuánto cuesta el envío a Chile? · están locos o qué
gana dinero desde casa, escríbeme por privado · hace una hora que espero al teléfono y no cogen
la verdad es que son muy amables, pero el producto es malo · quién más tiene este error? · donde puedo ver eso
"""
LOCALES_OF = {"pt": ["pt", "pt_BR"]}
SLOTS = 4096
READ_BYTES = 200
HEAVIEST = 25
PER_NAT = 5  # what a group weighs for e times the probability
PLAIN = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def fold(text):
    text = re.sub(r"https?://\S+|www\.\S+|@\w+", " ", text).lower().translate(PLAIN)
    text = re.sub(r"(?<=\w)['’](?=\w)", "", text)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " " + " ".join(re.findall("[a-z]+", text)) + " "


def keys(text):
    """As detect_language() in language.cpp forms them."""
    key, found = 0, []
    for letter in fold(text)[:READ_BYTES]:
        key = (key << 5 | (0 if letter == " " else ord(letter) - 96)) & 0x7FFF
        if key > 31:
            found.append(key)
    return found + [0x8000 + ord(c) for c in text[:READ_BYTES] if "\x80" < c < "\u0250"]


def slot(key):
    return (key * 0x9E3779B1 & 0xFFFFFFFF) >> 20


def read_posts(folder):
    posts = collections.defaultdict(list)
    for path in sorted(glob.glob(os.path.join(folder, "*.ndjson"))):
        if "pii" in path or "unhealthy" in path:  # templates; a licence that forbids trade
            continue
        with open(path, encoding="utf-8") as file:
            for line in file:
                post = json.loads(line)
                text = re.sub(r"@user|@mention|@?anonymized_account|\bURL\b", " ", post["text"])
                posts[post["lang"]].append(text)
    return posts


def read_translations(locales, language, limit):
    found = []
    for path in sorted(glob.glob(os.path.join(locales, language, "LC_MESSAGES", "*.mo"))):
        with open(path, "rb") as file:
            try:
                messages = gettext.GNUTranslations(file)._catalog.values()
            except (OSError, UnicodeDecodeError, ValueError):
                continue
        for text in messages:
            text = re.sub(r"%[-\w.$*]+|--?\w[\w-]*|<[^>]*>|\b[A-Z_]{3,}\b|\s+", " ", str(text))
            if "Project-Id" not in text and len(re.findall(r"[^\W\d_]{2,}", text)) >= 4:
                found.append(text[:READ_BYTES])
    random.shuffle(found)
    return found[:limit]


def read_all(posts_folder, locales):
    """(learnt, held out), each a text list by language."""
    posts = read_posts(posts_folder)
    learnt, held = collections.defaultdict(list), collections.defaultdict(list)
    for language, texts in sorted(posts.items()):
        random.shuffle(texts)
        half = len(texts) // 2
        learnt[language] += texts[:half][:12000] * (2 if language == "de" else 1)
        held[language] += texts[half:][:3000]
    for language in LANGUAGES[1:-1] + OTHERS:
        texts = []
        for locale in LOCALES_OF.get(language, [language]):
            texts += read_translations(locales, locale, 2500 // len(LOCALES_OF.get(language, " ")))
        target, most = ("other", 800) if language in OTHERS else (language, 2000)
        learnt[target] += texts[:len(texts) * 4 // 5][:most]
        if language not in posts:
            held[target] += texts[len(texts) * 4 // 5:]
    learnt["es"] += SPANISH.replace("·", "\n").split("\n") * 10
    return learnt, held


def weights(learnt):
    counts = [collections.Counter(slot(k) for t in learnt[l] for k in keys(t)) for l in LANGUAGES]
    totals = [sum(c.values()) for c in counts]
    for index in range(SLOTS):
        logs = [math.log((c[index] + 0.5) / (n + 0.5 * SLOTS)) for c, n in zip(counts, totals)]
        yield [round(HEAVIEST - min(HEAVIEST, (max(logs) - x) * PER_NAT)) for x in logs]


def main():
    arguments = [a for a in sys.argv[1:] if a != "--held-out"]
    if len(arguments) != 2:
        sys.exit(__doc__)
    random.seed(1)
    learnt, held = read_all(*arguments)
    if "--held-out" in sys.argv:
        for language, texts in held.items():
            for text in texts:
                print(language, re.sub(r"\s+", " ", text), sep="\t")
        return
    print('// Written by build_time/learn_language.py. Each slot: a letter (A to Z) for each of\n// '
          + ", ".join(LANGUAGES) + '.\n\n#include "text/language_groups.hpp"\n\n'
          "namespace hark::text {\n\n// clang-format off\nconst char kLanguageGroups[] =")
    rows = ["".join(chr(65 + w) for w in row) for row in weights(learnt)]
    for at in range(0, SLOTS, 11):
        print('    "' + "".join(rows[at:at + 11]) + '"' + (";" if at + 11 >= SLOTS else ""))
    print("// clang-format on\n\n}  // namespace hark::text")


main()
