"""Yes, no, "I meant", "forget it" and the words that end or begin a subscription.

Small closed lists, matched whole or at the start of the text: what does not clearly say yes or no
is None. Opting out is matched exactly and by nothing else, because it has legal effect.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from prosa.dialogue.extractors.normalise import MAX_CHARACTERS, fold, language
from prosa.dialogue.extractors.wordlists import listed

OPT_OUT_WORDS = {
    "pt": (
        "PARAR",
        "PARE",
        "SAIR",
        "STOP",
        "CANCELAR INSCRIÇÃO",
        "CANCELAR INSCRICAO",
        "DESCADASTRAR",
        "DESCADASTRE",
        "DESINSCREVER",
        "REMOVER",
        "NÃO QUERO MAIS RECEBER MENSAGENS",
        "NÃO QUERO RECEBER MENSAGENS",
        "PARAR DE RECEBER",
    ),
    "en": ("STOP", "STOP ALL", "STOPALL", "UNSUBSCRIBE", "OPT OUT", "OPT-OUT", "OPTOUT", "QUIT"),
}
OPT_IN_WORDS = {
    "pt": ("VOLTAR A RECEBER", "QUERO RECEBER", "REATIVAR", "INSCREVER", "ACEITO RECEBER", "START"),
    "en": ("START", "UNSTOP", "SUBSCRIBE", "OPT IN", "OPT-IN", "OPTIN", "RESUME"),
}

_THUMBS_UP = frozenset("👍👌✅✔🆗🤝💪🙌👏")
_THUMBS_DOWN = frozenset("👎❌🚫🙅✖")

_YES = {
    "pt": listed("""
        sim, s, ss, isso, isso mesmo, isso ai, claro, com certeza, com ctz, certeza, logico,
        obvio, e, eh, ok, okay, okey, oks, blz, beleza, pode, pode ser, pode sim, pode marcar,
        pode confirmar, pode agendar, marca, confirma, confirmo, confirmado, confirmar, quero,
        aceito, aham, uhum, ahan, arram, exato, exatamente, correto, certo, certinho, positivo,
        perfeito, otimo, show, show de bola, fechado, fechou, fecha, bora, vamos, combinado,
        concordo, ta bom, ta otimo, ta certo, ta, tudo bem, tudo certo, esta bom, esta certo,
        acho que sim, por que nao, porque nao, pq nao, nao tem problema, sem problema, sem
        problemas, nao vejo problema, yes, gostaria, gostei, manda, manda ver, demorou, ja e, eh
        isso, e isso, e isso mesmo, essa mesma, esse mesmo, da sim, serve
    """),
    "en": listed("""
        yes, y, ye, yeah, yep, yup, ya, sure, sure thing, ok, okay, k, of course, certainly,
        absolutely, definitely, please do, yes please, correct, right, that is right, that's
        right, thats right, exactly, perfect, great, sounds good, go ahead, go for it, confirm,
        confirmed, i do, i confirm, why not, no problem, fine, deal, agreed, i think so, works
        for me, that works, good
    """),
}
_NO = {
    "pt": listed("""
        nao, n, nn, naum, nops, nop, negativo, nem, nem pensar, nem a pau, de jeito nenhum, de
        forma alguma, jamais, nunca, claro que nao, com certeza nao, acho que nao, agora nao,
        hoje nao, ainda nao, errado, incorreto, quero nao, isso nao, esta errado, ta errado, no,
        discordo, recuso
    """),
    "en": listed("""
        no, n, nope, nah, no way, never, not now, not really, not yet, no thanks, no thank you,
        i don't think so, i dont think so, of course not, absolutely not, definitely not,
        certainly not, wrong, incorrect, that's wrong, thats wrong, don't, dont, negative
    """),
}
_UNDECIDED = {
    "pt": re.compile(
        r"\b(?:talvez|nao (?:sei|entendi|compreendi|lembro|vi|recebi)|sei la|depende|sim e nao|"
        r"mais ou menos|quem sabe)\b"
    ),
    "en": re.compile(
        r"\b(?:maybe|perhaps|not sure|(?:i )?don'?t (?:know|understand)|depends|yes and no)\b"
    ),
}
_FILLER = {
    "pt": re.compile(r"^(?:(?:ah|oh|opa|oi|entao|bom|olha|hum+|hm+|eh|acho que|mas|e)[ ,.!]+)+"),
    "en": re.compile(r"^(?:(?:oh|ah|well|hm+|um+|uh+|hey|so|i think)[ ,.!]+)+"),
}
_GREETING = re.compile(r"\W*(?:oi|ola|olá|opa|eai|hi|hello|hey)\b.*(?:tudo|ta bom)", re.IGNORECASE)
_ANSWER_FIRST = re.compile(r"(?:sim|nao|n|claro|ok|yes|no|sure)\s*[,.!]")  # "não, sexta às 10?"
_DENIED_LATER = {
    "pt": re.compile(r"\b(?:nao|n|nunca|negativo|mas|so que)\b"),
    "en": re.compile(r"\b(?:no|not|never|nope|but)\b"),
}
_AFFIRMATION_AT_END = {
    "pt": re.compile(r"^(?!nao )(?:\w+ ){1,2}sim$"),  # "quero sim", "vou querer sim"
    "en": re.compile(r"^(?!no )(?:\w+ ){1,2}(?:yes|please)$"),
}
_AFFIRMED_LATER = {
    "pt": re.compile(r"\b(?:sim|pode ser|pode sim|quero sim)$"),
    "en": re.compile(r"\b(?:yes|yeah|sure)$"),
}
_DENIAL_AT_END = {
    # "quero não", "precisa não": the negation of the north-east comes last
    "pt": re.compile(r"^(?:\w+ ){1,2}(?:nao|n)$"),
    "en": re.compile(r"^(?:\w+ ){1,2}not$"),
}
_CORRECTION = {
    "pt": re.compile(
        r"\b(?:na verdade|na vdd|na realidade|alias|quer dizer|quero dizer|quis dizer|errei|"
        r"me enganei|pensando bem|pensando melhor|ou melhor|corrigindo|retificando|digo|"
        r"desculpa[, ]+(?:e|eh|era|quis)|mudei de ideia|trocar? (?:para|pra|por)|"
        r"muda (?:para|pra)|mudar (?:para|pra)|melhor (?:nao|mudar|trocar))\b"
        r"|^(?:\W*nao\W+)?melhor\b(?! (?:preco|valor|oferta|opcao|carro|horario)s?\b)"
        r"|, melhor\b"
    ),
    "en": re.compile(
        r"\b(?:actually|i mean|i meant|on second thought|on second thoughts|correction|"
        r"my mistake|my bad|or rather|make (?:that|it)|change (?:it|that) to|let'?s change|"
        r"scratch that|i changed my mind|sorry,? (?:it'?s|i meant))\b"
    ),
}
_POLITE = {
    "pt": re.compile(
        r"\b(?:por favor|pfv|pf|obrigad[oa]|ok|entao|ah|oi|agora|isso|tudo|ja|eu|nao,|a conversa)\b"
    ),
    "en": re.compile(r"\b(?:please|pls|thanks|thank you|ok|oh|now|it|this|that|all|everything)\b"),
}
_CANCEL = {
    "pt": re.compile(
        r"(?:(?:pode|quero|queria|vou|melhor) )?(?:cancelar|cancela|cancele|encerrar|encerra|sair|"
        r"parar|para|pare|desistir|desisto|desisti|esquece|esqueca|esquecer)"
        r"(?: (?:por favor|aqui))?"
        r"|deixa (?:pra|para) la|deixa quieto|deixa|nao quero mais(?: nada)?|mudei de ideia|chega|"
        r"nada nao|deixa (?:pra|para) (?:depois|outra hora)|nao precisa(?: mais)?"
    ),
    "en": re.compile(
        r"(?:(?:i want to|can you|can we|let'?s|just) )?(?:cancel|stop|quit|exit|abort|forget)|"
        r"never ?mind|nvm|i changed my mind|leave|i give up|not interested(?: anymore)?"
    ),
}
_EDGES = " \t.,;:!?…\"'()*_~-"
_LONGEST_WORD = 80
_SPACES = re.compile(r"[\s,.;:!?]+")


def read_yes_no(text: str, locale: str) -> bool | None:
    """Read a clear yes or a clear no; None when the text is neither, or both.

    A no counts whatever follows: `não, sexta às 10` is a no that brings a new value. So does a
    sure yes, unless it is taken back (`sim, mas não hoje` is None). A soft one (`pode ser`) counts
    only alone or with a courtesy: `pode ser sábado?` proposes something else.
    """
    text = text[:MAX_CHARACTERS]
    thumbs = set(text)
    up, down = thumbs & _THUMBS_UP, thumbs & _THUMBS_DOWN
    if up or down:
        return None if up and down else _without_contradiction(text, locale, up=bool(up))
    return _read_words(text, locale)


def is_correction(text: str, locale: str) -> bool:
    """Tell whether the text announces that it changes an earlier answer."""
    return _CORRECTION[language(locale)].search(fold(text[:MAX_CHARACTERS])) is not None


def is_cancel(text: str, locale: str) -> bool:
    """Tell whether the text gives up what is going on, and says nothing else.

    `cancela` and `deixa pra lá` do; `quero cancelar minha consulta` names a wish of its own, which
    is a matter of intents.
    """
    tongue = language(locale)
    words = _SPACES.sub(" ", fold(text[:MAX_CHARACTERS])).strip(_EDGES)
    if _CANCEL[tongue].fullmatch(words):
        return True
    words = " ".join(_POLITE[tongue].sub(" ", words).split())
    return _CANCEL[tongue].fullmatch(words) is not None


def opt_out(text: str, words: Collection[str] | None, locale: str) -> bool:
    """Tell whether the text is exactly one of the words that end a subscription.

    Case, accents and marks around the text do not count; anything besides the word does.
    `words=None` takes OPT_OUT_WORDS of the locale's language.
    """
    return _is_one_of(text, OPT_OUT_WORDS[language(locale)] if words is None else words)


def opt_in(text: str, words: Collection[str] | None, locale: str) -> bool:
    """Tell whether the text is exactly one of the words that begin a subscription."""
    return _is_one_of(text, OPT_IN_WORDS[language(locale)] if words is None else words)


def _is_one_of(text: str, words: Collection[str]) -> bool:
    if len(text) > _LONGEST_WORD:  # most messages end here
        return False
    said = fold(text).strip(_EDGES)
    return bool(said) and said in _folded(tuple(words))


@lru_cache(maxsize=64)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold(word).strip(_EDGES) for word in words)


def _without_contradiction(text: str, locale: str, *, up: bool) -> bool | None:
    words = _read_words(text, locale)
    return up if words is None or words is up else None


def _read_words(text: str, locale: str) -> bool | None:
    tongue = language(locale)
    words = _squeezed(_SPACES.sub(" ", _FILLER[tongue].sub("", fold(text))).strip(_EDGES))
    if words in _YES_SET[tongue]:
        return None if _GREETING.match(text) else True
    if words in _NO_SET[tongue]:
        return False
    if not words or _UNDECIDED[tongue].search(words):
        return None
    if _DENIAL_AT_END[tongue].match(words) and words.split(" ", 1)[0] not in {"por", "why"}:
        return False
    if _AFFIRMATION_AT_END[tongue].match(words) and not _DENIED_LATER[tongue].search(words):
        return True
    asks = "?" in text and not _ANSWER_FIRST.match(fold(text))
    for length in (4, 3, 2, 1):
        start = " ".join(words.split(" ", length)[:length])
        rest = words[len(start) :]
        if start in _YES_SET[tongue]:
            return _yes_with(start, rest, tongue, asks=asks)
        if start in _NO_SET[tongue] and (start not in _ONLY_ALONE_NO or tongue == "en"):
            return None if asks or _AFFIRMED_LATER[tongue].search(rest) else False
    return None


def _yes_with(start: str, rest: str, tongue: str, *, asks: bool) -> bool | None:
    """Judge a beginning that may be a yes by what follows it."""
    if asks or _DENIED_LATER[tongue].search(rest):
        return None
    return True if start in _STARTS_YES or _COURTESY[tongue].fullmatch(rest) else None


def _squeezed(words: str) -> str:
    """Write every letter once: `siiim` and `simm` are `sim`."""
    return _RUN.sub(r"\1", words)


_RUN = re.compile(r"([a-z])\1+")
_YES_SET = {tongue: frozenset(map(_squeezed, words)) for tongue, words in _YES.items()}
_NO_SET = {tongue: frozenset(map(_squeezed, words)) for tongue, words in _NO.items()}
# These say yes whatever follows, short of a denial; the others only alone or with a courtesy:
# "pode ser sábado?" proposes, "isso é caro" remarks, "quero saber o preço" asks.
_SURE_YES = listed("""
    sim, claro, com certeza, aham, uhum, positivo, confirmo, aceito, exatamente, fechado, combinado,
    ok, beleza, blz, perfeito, logico, isso mesmo, por que nao, porque nao, pq nao, pode sim,
    acho que sim, yes, yeah, yep, yup, sure, of course, certainly, absolutely, definitely, okay
""")
_STARTS_YES = frozenset(map(_squeezed, _SURE_YES))
_ONLY_ALONE_NO = frozenset({"no"})  # "no sábado"; in English "no" is sure enough
_COURTESY = {
    "pt": re.compile(
        r"(?: (?:por favor|pfv|pf|obrigad[oa]|obg|sim|claro|mesmo|entao|ta|ne|por mim|pra mim|"
        r"para mim|com certeza|isso|certo|certinho|ok|blz|beleza|nenhum|algum|de bola|ai|quero|"
        r"pode|pode ser|marcar|confirmar|agendar|fechar|demais|muito|bom|otimo|👍))+"
    ),
    "en": re.compile(
        r"(?: (?:please|pls|thanks|thank you|yes|sure|ok|okay|with me|for me|to me|it is|great|"
        r"god|good|thing|then|by me|indeed|that works))+"
    ),
}
