"""The words around an amount of money, by language: what tells it, bounds it, or denies it.

Patterns for folded text, and nothing else; `money` says what follows from a match.
"""

import re
from typing import NamedTuple


class Grammar(NamedTuple):
    """One language. `..._before` and bounds end at the amount; `..._after` begin behind it."""

    anything: re.Pattern[str]
    identifiers: re.Pattern[str]
    written: re.Pattern[str]
    currency_after: re.Pattern[str]
    scale_after: re.Pattern[str]
    tail: re.Pattern[str]
    unit_after: re.Pattern[str]
    not_money_before: re.Pattern[str]
    at_most: re.Pattern[str]
    at_least: re.Pattern[str]
    at_most_after: re.Pattern[str]
    at_least_after: re.Pattern[str]
    approximately: re.Pattern[str]
    between_before: re.Pattern[str]
    between_joint: re.Pattern[str]
    superseded: re.Pattern[str]
    ends: re.Pattern[str]


CURRENCIES = {
    "r$": "BRL",
    "rs": "BRL",
    "brl": "BRL",
    "us$": "USD",
    "usd": "USD",
    "$": None,
    "€": "EUR",
    "eur": "EUR",
    "£": "GBP",
    "gbp": "GBP",
}
# by the beginning of the word
CURRENCY_WORDS = (
    ("real", "BRL"),
    ("reai", "BRL"),
    ("cont", "BRL"),
    ("pila", "BRL"),
    ("mang", "BRL"),
    ("dol", "USD"),
    ("buck", "USD"),
    ("eur", "EUR"),
    ("pound", "GBP"),
    ("quid", "GBP"),
)
SCALES = {
    "mil": 1000,
    "k": 1000,
    "kk": 10**6,
    "thousand": 1000,
    "grand": 1000,
    "milhao": 10**6,
    "milhoes": 10**6,
    "mi": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "mm": 10**6,
}
_WRITTEN = re.compile(
    r"(?:(?<![a-z])(?P<currency>r\$|rs\b|brl|us\$|usd|\$|€|eur|£|gbp)\s*)?"
    r"(?<![\w.,])(?P<digits>\d[\d.,]*)(?P<end>)"
)
GRAMMARS = {
    "pt": Grammar(
        anything=re.compile(
            r"\d|\b(?:mil|milhao|milhoes|cem|cento|meio|reais|vinte|trinta|quarenta|cinq|sessenta|"
            r"setenta|oitenta|noventa|\w+(?:ze|to|entos|entas)|um|uma|dois|duas|tres|seis|sete|"
            r"oito|nove|dez|dezesseis|dezessete|dezenove|cinco|cinquenta|zero)\b"
        ),
        identifiers=re.compile(
            r"\(\d{2}\)\s*[\d -]{8,11}|\b\d{4,5}-\d{4}\b|\b\d{10,}\b|\b\d{2} 9\d{8}\b|"
            r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|\b\d{2}\.?\d{3}-\d{3}\b|\bcep\W*[\d.-]+|"
            r"\b\d{1,4}/\d{1,2}(?:/\d{2,4})?\b(?!\s?(?:mil|k)\b)|\b\d{4}-\d\d?-\d\d?\b|"
            r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\s?(?:h|hs|hrs?|horas?)(?:\s?\d{2})?\b|\b\d+\s?x\b|"
            r"\b\d{4}/\d{2,4}\b"
        ),
        written=_WRITTEN,
        currency_after=re.compile(r"\s*(reais|real|contos?|pilas?|mangos?|dolares|euros?)\b"),
        scale_after=re.compile(
            r"\s?(?:e (?:poucos?|tantos) )?(mil|kk|k|milhao|milhoes|mi|"
            r"mm)(?![a-z])(?:\s+e\s+(meio)\b)?"
        ),
        tail=re.compile(r"\s+(?:e\s+)?(\d{3})(?![\d.,]|\s*(?:km|mil|k)\b)"),
        unit_after=re.compile(
            r"\s*%|\s*(?:km|kms|quilometr\w*|rodad\w*|flex|turbo|tsi|mpi|\d\d?v|por cento|"
            r"vezes|parcelas?|meses|mes|anos?|dias?|"
            r"horas?|hs?|min\w*|portas?|lugares|pessoas?|cv|cc|cavalos|litros?|metros?|m2|kg|gb|"
            r"opcoes|carros?|unidades?|cavalos|de km|mil km)\b"
        ),
        not_money_before=re.compile(
            r"(?:\bdia|\bdias|\bano|\bmodelo|\bas|\bkm|\brodou|\brodado|\brodados|\bcom|\bn|"
            r"\bnumero|"
            r"\bem|\bmotor|\bav|\brua|\bopcao|\bquilometragem(?: de)?)\s*[:.]?\s*$"
        ),
        at_most=re.compile(
            r"(?:\bnada acima (?:de|dos)|\bmenor(?:es)? (?:que|do que)|"
            r"(?<!\bde \d )(?<!\bde \d\d )(?<!\bde \d{3} )\bate(?: uns| umas| o| os|"
            r" no maximo)?|\bno maximo(?: ate| de)?|\bmaximo(?: de|"
            r" e| eh)?|"
            r"\bmax|\bmenos (?:de|que|do que)|\babaixo (?:de|dos)|\binferior a|\bnao (?:mais|"
            r"passar|"
            r"passe|ultrapass\w+|pass\w+)(?: do)?(?: que| de| dos)?|\bteto(?: de| e)?|\blimite"
            r"(?: de| e| eh)?|\bno limite de)\s*:?\s*$"
        ),
        at_least=re.compile(
            r"(?:(?<!nada )\bacima (?:de|dos)|\bmaior(?:es)? (?:que|do que)|\ba partir d[eo]s?|"
            r"\bmais (?:de|que|do que)|\bno minimo|"
            r"\bpelo menos|\bminimo(?: de)?|\bsuperior a|\bdesde|\bpassando de)\s*:?\s*$"
        ),
        at_most_after=re.compile(
            r"\s*[,]?\s*(?:no maximo|(?:e|eh) (?:o|meu) (?:maximo|limite|teto)|maximo|"
            r"(?:pra|para|por) (?:baixo|menos)|ou menos|de teto|de limite)\b"
        ),
        at_least_after=re.compile(
            r"\s*[,]?\s*(?:no minimo|(?:pra|para) cima|ou mais|pelo menos)\b"
        ),
        approximately=re.compile(
            r"(?:\buns|\bumas|\bcerca de|\bpor volta d[eo]s?|\bem torno de|\bna faixa d[eo]s?|"
            r"\bmais ou "
            r"menos|\baproximadamente|\bquase|\bna casa d[eo]s|\bla pel[oa]s|\btipo)\s*$"
        ),
        between_before=re.compile(r"(?:\bentre(?: uns)?|\bde(?: uns)?|\bdos|\bna faixa de)\s*$"),
        between_joint=re.compile(r"\s*(?:e|a|ate|ou|-|–|/|ate uns|a uns|e uns)\s*"),
        superseded=re.compile(
            r"\b(?:quer dizer|na verdade|alias|ou melhor|digo|errei|melhor|nao)\b"
        ),
        ends=re.compile(
            r"\s*(?:$|[,.;!?)]|(?:e|ou|mas|pra|para|por|no|na|que|com|so|se|tem|vista|a vista|"
            r"de entrada|"
            r"avista|por favor|obrigad\w)\b)"
        ),
    ),
    "en": Grammar(
        anything=re.compile(
            r"\d|\b(?:thousand|grand|million|hundred|half|dollars|ten|twelve|\w+teen|\w+ty|eleven|"
            r"one|two|three|four|five|six|seven|eight|nine|zero)\b"
        ),
        identifiers=re.compile(
            r"\(\d{3}\)\s*[\d -]{7,10}|\b\d{3}[-.]\d{3}[-.]\d{4}\b|\b\d{3}-\d{4}\b|\b\d{9,}\b|"
            r"\b\d{1,4}/\d{1,2}(?:/\d{2,4})?\b|\b\d{4}-\d\d?-\d\d?\b|\b\d{1,2}:\d{2}\b|"
            r"\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|o'?clock|hours?|hrs?)|\b\d+\s?x\b|"
            r"\b\d{1,2}(?:st|nd|rd|th)\b"
        ),
        written=_WRITTEN,
        currency_after=re.compile(r"\s*(dollars?|bucks|euros?|pounds?|quid|reais|usd|eur|gbp)\b"),
        scale_after=re.compile(
            r"\s?(k|thousand|grand|millions?|mm)(?![a-z])(?:\s+and a\s+(half)\b)?"
        ),
        tail=re.compile(r"\s+(?:and\s+)?(\d{3})(?![\d.,]|\s*(?:km|miles|k)\b)"),
        unit_after=re.compile(
            r"\s*%|\s*(?:km|kms|kilomet\w*|miles?|mi|mpg|percent|months?|years?|days?|hours?|"
            r"min\w*|"
            r"doors?|seats?|people|persons?|hp|cc|lit\w+|options?|cars?|units?|times|instal\w+|"
            r"am|pm|st|nd|rd|th)\b"
        ),
        not_money_before=re.compile(
            r"(?:\bthe|\byear|\bmodel|\bat|\bin|\bon|\bnumber|\bno|\bmileage(?: of)?|\boption|"
            r"\broom|"
            r"\bfor (?:the )?year|\bjan\w*|\bfeb\w*|\bmar\w*|\bapr\w*|\bmay|\bjun\w*|\bjul\w*|"
            r"\baug\w*|\bsep\w*|\boct\w*|\bnov\w*|\bdec\w*)\s*[:.#]?\s*$"
        ),
        at_most=re.compile(
            r"(?:\bup to|\bat (?:the )?most|\bmax(?:imum)?(?: of| is)?|\bless than|\bunder|\bbelow|"
            r"\bno(?:t)? more than|\bwithin|\bcheaper than|\blimit(?: of| is)?)\s*:?\s*$"
        ),
        at_least=re.compile(
            r"(?:\babove|\bover|\bmore than|\bat least|\bfrom|\bstarting (?:at|from)|"
            r"\bmin(?:imum)?(?: of)?)\s*:?\s*$"
        ),
        at_most_after=re.compile(r"\s*[,]?\s*(?:at most|max(?:imum)?|or less|tops|or under)\b"),
        at_least_after=re.compile(r"\s*[,]?\s*(?:at least|or more|and up|minimum|upwards)\b"),
        approximately=re.compile(
            r"(?:\baround|\babout|\broughly|\bapprox(?:imately)?|\balmost|\bsome|\bnearly|"
            r"\blike)\s*$"
        ),
        between_before=re.compile(r"(?:\bbetween|\bfrom)\s*$"),
        between_joint=re.compile(r"\s*(?:and|to|-|–|or)\s*"),
        superseded=re.compile(r"\b(?:i mean|actually|sorry|rather|make (?:it|that)|no)\b"),
        ends=re.compile(r"\s*(?:$|[,.;!?)]|(?:and|or|but|for|with|please|if|that|in|cash)\b)"),
    ),
}
