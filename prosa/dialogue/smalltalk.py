"""Words that no bot should need examples for: hello, thanks, help, "I don't mind".

Matched whole, so that nothing else can be mistaken for them.
"""

import re
from typing import Literal

from prosa.dialogue.extractors.normalise import fold, language

Kind = Literal["greeting", "thanks", "menu", "indifferent"]

_EDGES = re.compile(r"[^a-z0-9]+")
_SQUEEZED = re.compile(r"(.)\1{2,}")

_WORDS: dict[str, dict[Kind, frozenset[str]]] = {
    "pt": {
        "greeting": frozenset(
            {
                "oi", "oie", "oii", "ola", "opa", "eai", "e ai", "alo", "hello", "hi", "salve",
                "bom dia", "boa tarde", "boa noite", "oi bom dia", "oi boa tarde", "oi boa noite",
                "ola bom dia", "ola boa tarde", "ola boa noite", "oi tudo bem", "ola tudo bem",
                "tudo bem", "oi tudo bom", "bom dia tudo bem", "boa tarde tudo bem",
                "boa noite tudo bem", "opa tudo bem", "opa bom dia", "opa boa tarde",
            }
        ),
        "thanks": frozenset(
            {
                "obrigado", "obrigada", "muito obrigado", "muito obrigada", "obg", "valeu", "vlw",
                "brigado", "brigada", "grato", "grata", "agradeco", "ok obrigado", "ok obrigada",
                "ta bom obrigado", "ta bom obrigada", "tchau", "ate mais", "ate logo", "falou",
                "flw", "show valeu", "beleza valeu", "so isso", "so isso obrigado", "era so isso",
                "nao obrigado", "nao obrigada", "so isso mesmo",
            }
        ),
        "menu": frozenset(
            {"menu", "ajuda", "opcoes", "help", "inicio", "voltar ao menu", "menu principal",
             "o que voce faz", "o que vc faz", "como funciona"}
        ),
        "indifferent": frozenset(
            {"tanto faz", "qualquer um", "qualquer uma", "qualquer", "nao sei", "pular", "pula",
             "nao importa", "indiferente", "nenhum", "nenhuma", "sem preferencia", "nao tenho",
             "nao tenho preferencia", "prefiro nao dizer", "todos", "todas", "nao lembro"}
        ),
    },
    "en": {
        "greeting": frozenset(
            {"hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning",
             "good afternoon", "good evening", "hi good morning", "hello good morning",
             "how are you", "hi how are you", "hello how are you", "howdy", "yo"}
        ),
        "thanks": frozenset(
            {"thanks", "thank you", "thx", "ty", "thanks a lot", "thank you very much", "cheers",
             "ok thanks", "ok thank you", "great thanks", "bye", "goodbye", "see you",
                "that is all",
             "that s all", "no thanks", "no thank you"}
        ),
        "menu": frozenset(
            {"menu", "help", "options", "start over", "main menu", "what can you do"}
        ),
        "indifferent": frozenset(
            {"any", "either", "anything", "whatever", "skip", "no preference", "i don t care",
             "i don t know", "don t know", "doesn t matter", "i don t mind", "don t mind", "none",
             "not sure", "i m not sure"}
        ),
    },
}  # fmt: skip


def is_kind(text: str, kind: Kind, locale: str) -> bool:
    """Tell whether a text is of this kind and says nothing else."""
    words = _EDGES.sub(" ", _SQUEEZED.sub(r"\1", fold(text[:80]))).strip()
    return words in _WORDS[language(locale)][kind]
