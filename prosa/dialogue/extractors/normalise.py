"""One spelling for what customers type: case, repeats and the abbreviations of chat.

`normalise` is for models of language and for caches: it keeps accents, because an embedding model
loses up to five points without them. `fold` is for matching words: it drops accents and nothing
else. Neither corrects spelling and neither cuts long texts.
"""

import re
import unicodedata

LANGUAGES = ("pt", "en")
MAX_CHARACTERS = 500  # of a text that the extractors look at: a value, not a novel; bounds the time

_ABBREVIATIONS = {
    "pt": {
        "agr": "agora",
        "ai": "aí",
        "alguem": "alguém",
        "amanha": "amanhã",
        "amh": "amanhã",
        "amnh": "amanhã",
        "ate": "até",
        "blz": "beleza",
        "cmg": "comigo",
        "cmo": "como",
        "ctg": "contigo",
        "ctz": "certeza",
        "d": "de",
        "dpois": "depois",
        "dps": "depois",
        "dsclp": "desculpa",
        "eh": "é",
        "endereco": "endereço",
        "fds": "fim de semana",
        "fzr": "fazer",
        "gnt": "gente",
        "hj": "hoje",
        "horario": "horário",
        "hrs": "horas",
        "hs": "horas",
        "ja": "já",
        "msg": "mensagem",
        "msm": "mesmo",
        "mt": "muito",
        "mta": "muita",
        "mtas": "muitas",
        "mto": "muito",
        "mtos": "muitos",
        "n": "não",
        "nao": "não",
        "naum": "não",
        "ngm": "ninguém",
        "nd": "nada",
        "né": "não é",
        "ne": "não é",
        "nn": "não",
        "obg": "obrigado",
        "obgd": "obrigado",
        "obrigada": "obrigado",
        "oq": "o que",
        "oque": "o que",
        "p": "para",
        "pf": "por favor",
        "pff": "por favor",
        "pfv": "por favor",
        "pfvr": "por favor",
        "pls": "por favor",
        "poco": "pouco",
        "pq": "porque",
        "pqe": "porque",
        "pra": "para",
        "pras": "para as",
        "preco": "preço",
        "pro": "para o",
        "pros": "para os",
        "q": "que",
        "qd": "quando",
        "qdo": "quando",
        "qlqr": "qualquer",
        "qm": "quem",
        "qnd": "quando",
        "qndo": "quando",
        "qnt": "quanto",
        "qnto": "quanto",
        "qq": "qualquer",
        "qro": "quero",
        "qria": "queria",
        "qse": "quase",
        "qt": "quanto",
        "qto": "quanto",
        "qtos": "quantos",
        "qts": "quantos",
        "sabado": "sábado",
        "sao": "são",
        "sdd": "saudade",
        "so": "só",
        "ta": "está",
        "tao": "tão",
        "tava": "estava",
        "tb": "também",
        "tbem": "também",
        "tbm": "também",
        "tambem": "também",
        "td": "tudo",
        "tds": "todos",
        "tmb": "também",
        "tá": "está",
        "tô": "estou",
        "vc": "você",
        "vcs": "vocês",
        "vdd": "verdade",
        "vlw": "valeu",
        "voce": "você",
        "voces": "vocês",
        "wpp": "whatsapp",
        "zap": "whatsapp",
    },
    "en": {
        "abt": "about",
        "appt": "appointment",
        "asap": "as soon as possible",
        "b4": "before",
        "bc": "because",
        "btw": "by the way",
        "cuz": "because",
        "dont": "don't",
        "gonna": "going to",
        "gotta": "have to",
        "hv": "have",
        "idk": "i don't know",
        "im": "i'm",
        "msg": "message",
        "n": "and",
        "nvm": "never mind",
        "pls": "please",
        "plz": "please",
        "ppl": "people",
        "r": "are",
        "sry": "sorry",
        "thru": "through",
        "thx": "thanks",
        "tmr": "tomorrow",
        "tmrw": "tomorrow",
        "tmw": "tomorrow",
        "tomoz": "tomorrow",
        "tonite": "tonight",
        "ty": "thank you",
        "u": "you",
        "ur": "your",
        "w": "with",
        "wanna": "want to",
        "wed": "wednesday",
        "whats": "what's",
        "y": "why",
        "ya": "you",
    },
}

# Letters that a word may carry twice: the rest of a run of three or more is emphasis ("siiim").
_DOUBLED = {"pt": frozenset("rs"), "en": frozenset("eols")}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufe0f\ufeff]+")
_LETTER_RUN = re.compile(r"([^\W\d_])\1{2,}")
_MARK_RUN = re.compile(r"([?!.,;:~*_-])\1+")
_LAUGHTER = re.compile(r"\b(?:k{2,}|(?:rs){2,}|(?:h[aeiu]){2,}h?|(?:hua){2,}|lol)\b")
_SLASHED = {
    "pt": re.compile(r"\b([pcs])/(?=\s|$|[^\W\d_])"),
    "en": re.compile(r"\b(w)/(?=\s|$|[^\W\d_])"),
}
_SLASHED_WORDS = {"p": "para ", "c": "com ", "s": "sem ", "w": "with "}
_WORD = re.compile(r"(?<![\w'])[^\W_]+(?![\w'])")
_MARKS_ALONE = re.compile(r"[\u0300-\u036f]+")


def language(locale: str) -> str:
    """Return the language whose words are read under this locale: `pt`, else `en`.

    A locale is a BCP 47 tag such as `pt-BR` or `en-GB`; the underscore of Meta's templates
    (`pt_BR`) is taken too. Other languages are read as English, whose numerals and dates they may
    not share: the compiler is the place to refuse them (see LANGUAGES).
    """
    return "pt" if locale[:2].lower() == "pt" else "en"


def fold(text: str) -> str:
    """Return the text in lower case and without accents, on one line, for matching words."""
    if text.isascii():
        folded = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text).lower()
        folded = _MARKS_ALONE.sub("", unicodedata.normalize("NFKD", decomposed))
    return " ".join(_CONTROL.sub(" ", folded).split())


def normalise(text: str, locale: str) -> str:
    """Return the text as a model of language should see it; idempotent.

    Lower case, one line, runs of letters and marks squeezed, laughter dropped, abbreviations
    written out, accents kept.
    """
    tongue = language(locale)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    text = _LAUGHTER.sub(" ", _CONTROL.sub(" ", text.lower()))
    doubled = _DOUBLED[tongue]
    text = _LETTER_RUN.sub(lambda run: run[1] * (2 if run[1] in doubled else 1), text)
    text = _MARK_RUN.sub(r"\1", text)
    text = _LAUGHTER.sub(" ", text)
    if "/" in text:
        text = _SLASHED[tongue].sub(lambda found: _SLASHED_WORDS[found[1]], text)
    abbreviations = _ABBREVIATIONS[tongue]
    text = _WORD.sub(lambda word: abbreviations.get(word[0], word[0]), text)
    return " ".join(text.split())
