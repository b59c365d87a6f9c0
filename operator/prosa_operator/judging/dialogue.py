"""Whether the dialogue compiles, and which one serves: the newest that ever did.

A refused one changes nothing for customers: the ConfigMap of the bot keeps the last good text, and
the condition says with file, line, column and remedy what to mend.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec

from prosa.catalogue import reading
from prosa.contracts.chatbot import CatalogueSpec
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.problems import DialogueRefused, Problem, did_you_mean
from prosa_operator import reasons
from prosa_operator.observed import Observed
from prosa_operator.rendering import runtime
from prosa_operator.status import DialogueStatus

INLINE = "spec.dialogue.inline"
MOST_PROBLEMS = 20
LONGEST_PROBLEM = 400
_REMEMBERED = 256


@dataclass(frozen=True)
class Judged:
    """The text that serves, empty when there was never a valid one, and what to say of it."""

    serves: str
    reason: str
    message: str
    status: DialogueStatus

    @property
    def valid(self) -> bool:
        """Whether the one that is written serves."""
        return self.reason == reasons.COMPILED


class Written(NamedTuple):
    """The text that the Chatbot names, and what its file is called; or what is missing."""

    text: str = ""
    name: str = ""
    missing: str = ""


class Compiled(NamedTuple):
    """What is kept of a compilation: a whole program is megabytes."""

    hash: str
    problems: tuple[Problem, ...]
    fields: frozenset[str]


def judge(observed: Observed, item_fields: frozenset[str]) -> Judged:
    """Compile what is written; `item_fields` are the catalogue's."""
    serving = _serving(observed)
    written = _written(observed)
    if written.missing:
        status = DialogueStatus(hash=_hash_of(serving, observed))
        return Judged(serving, reasons.DIALOGUE_MISSING, written.missing, status)
    problems, program = _problems(written, item_fields)
    if not problems:
        said = f"The dialogue {program} serves."
        return Judged(written.text, reasons.COMPILED, said, DialogueStatus(hash=program))
    shown = tuple(" ".join(str(p).split())[:LONGEST_PROBLEM] for p in problems[:MOST_PROBLEMS])
    keeps = "the one before it keeps serving" if serving else "there is none to serve yet"
    counted = f"{len(problems)} error{'s' if len(problems) > 1 else ''}"
    status = DialogueStatus(
        hash=_hash_of(serving, observed), refused=_digest(written.text), problems=shown
    )
    message = f"{counted} in the dialogue, {keeps}. {shown[0]}"
    return Judged(serving, reasons.DIALOGUE_REFUSED, message, status)


def item_fields(observed: Observed) -> frozenset[str]:
    """Name the fields that items have: those declared, and the columns of a ConfigMap.

    Raises ConfigError when the ConfigMap's text is no catalogue.
    """
    spec = observed.chatbot.spec.catalogue
    if spec is None:
        return frozenset()
    declared = frozenset((spec.key, *spec.fields))
    ref = spec.source.config_map_ref
    seen = observed.config_maps.get(ref.name) if ref else None
    text = seen.data.get(ref.key) if seen and ref else None
    if ref is None or text is None:
        return declared
    return declared | _columns(text, ref.key, msgspec.json.encode(spec))


def _written(observed: Observed) -> Written:
    dialogue, namespace = observed.chatbot.spec.dialogue, observed.chatbot.metadata.namespace
    if dialogue.inline is not None:
        return Written(dialogue.inline, INLINE)
    ref = dialogue.config_map_ref
    assert ref is not None  # noqa: S101 - the struct refuses none of both
    field = "spec.dialogue.configMapRef"
    seen = observed.config_maps.get(ref.name)
    if seen is None:
        what = f"ConfigMap {ref.name} is missing ({field})"
        return Written(missing=f"{what}; create it in namespace {namespace} with {ref.key}")
    text = seen.data.get(ref.key)
    if text is None:
        return Written(missing=f"ConfigMap {ref.name} has no key {ref.key} ({field}); add it")
    return Written(text, ref.key)


def _problems(written: Written, item_fields: frozenset[str]) -> tuple[tuple[Problem, ...], str]:
    """Give all errors, or none and the program's hash."""
    size = len(written.text.encode())
    if size > runtime.LARGEST:
        said = f"the dialogue has {size // 1024} KiB; its ConfigMap holds {runtime.LARGEST // 1024}"
        return (Problem(written.name, 1, 1, said, "Shorten it, or divide the bot."),), ""
    compiled = _compiled(written.text, written.name)
    unknown = sorted(compiled.fields - item_fields)
    if compiled.problems:
        return compiled.problems, compiled.hash
    return (
        tuple(
            Problem(
                written.name,
                1,
                1,
                f"the dialogue uses the catalogue field `{field}`, which no item has",
                did_you_mean(
                    field, item_fields, f"Declare it: spec.catalogue.fields: {field}: {{}}."
                ),
            )
            for field in unknown
        ),
        compiled.hash,
    )


@lru_cache(maxsize=_REMEMBERED)
def _compiled(text: str, name: str) -> Compiled:
    """Compile, once for each text: it costs 0.1 s of CPU, and a pass comes every minute."""
    try:
        program = compile_dialogue(text, name)
    except DialogueRefused as refused:
        errors = tuple(p for p in refused.problems if p.severity == "error")
        return Compiled("", errors, frozenset())
    return Compiled(program.hash, (), frozenset(program.catalogue_fields_used))


@lru_cache(maxsize=_REMEMBERED)
def _columns(text: str, name: str, spec: bytes) -> frozenset[str]:
    items = reading.read(text, name, msgspec.json.decode(spec, type=CatalogueSpec))
    return frozenset(field for item in items for field in item.fields)


def _serving(observed: Observed) -> str:
    name = f"{observed.chatbot.metadata.name}-{runtime.NAME}"
    child = observed.children.get(("ConfigMap", name), {})
    return str((child.get("data") or {}).get(runtime.DIALOGUE, ""))


def _hash_of(serving: str, observed: Observed) -> str:
    """Name the program that serves; one that a newer compiler refuses keeps the name it had."""
    if not serving:
        return ""
    return _compiled(serving, runtime.DIALOGUE).hash or observed.status.dialogue.hash


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
