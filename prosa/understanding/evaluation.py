"""How well a bot understands messages that it was not trained on, with the error bar.

    python -m prosa.understanding.evaluation FILE... [--provider embedded|tfidf]

A file has `held_out` (intent to sentences), `out_of_scope` (sentences), and what to train on:
either `locale`, `examples` (intent to sentences) and maybe `samples` (placeholder to values), or
`dialogue`, a bot's own file by its path from this one, and maybe `vocabulary` (catalogue field to
values). `evaluate` takes the same from anywhere, so that any messages can be judged alike.
"""

import argparse
import math
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import yaml

from prosa.dialogue.compiler import compile_dialogue
from prosa.understanding.calibration import Thresholds
from prosa.understanding.classifier import IntentClassifier
from prosa.understanding.embedder import Embedder, build_embedder


class Share(msgspec.Struct, frozen=True):
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share itself, from 0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, 95 times in 100 (Wilson, 1927)."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:6.1%} ({low:.1%} to {high:.1%}; {self.hits} of {self.of})"


class Mistake(msgspec.Struct, frozen=True):
    """A held-out message that was accepted as the wrong intent."""

    text: str
    meant: str
    understood: str
    score: float


class Report(msgspec.Struct, frozen=True):
    """What one evaluation measured.

    `accuracy` ignores the thresholds; `right_among_three` is what a question with three buttons
    can save. Times are CPU milliseconds of one thread, without the cache.
    """

    model: str
    accuracy: Share
    right_among_three: Share
    accepted: Share
    accepted_right: Share
    clarified: Share
    clarified_right_among_three: Share
    out_of_scope_rejected: Share
    out_of_scope_accepted: Share
    thresholds: Thresholds
    train_ms: float
    message_ms: float
    mistakes: tuple[Mistake, ...]

    def __str__(self) -> str:
        needed = self.thresholds
        point = f"accept {needed.accept:.2f}, clarify {needed.clarify:.2f}, gate {needed.gate:+.2f}"
        cpu = f"{self.message_ms:.2f} ms a message, {self.train_ms:.0f} ms to train"
        return "\n".join(
            (
                f"  model                 {self.model}",
                f"  accuracy              {self.accuracy}",
                f"  right among three     {self.right_among_three}",
                f"  operating point       {point}",
                f"    acted on            {self.accepted}",
                f"      of these right    {self.accepted_right}",
                f"    asked about         {self.clarified}",
                f"      right among three {self.clarified_right_among_three}",
                f"  out of scope: silent  {self.out_of_scope_rejected}",
                f"    wrongly acted on    {self.out_of_scope_accepted}",
                f"  CPU                   {cpu}",
            )
        )


def evaluate(
    examples: Mapping[str, Sequence[str]],
    held_out: Mapping[str, Sequence[str]],
    out_of_scope: Sequence[str],
    embedder: Embedder | None,
    *,
    locale: str = "pt-BR",
    samples: Mapping[str, Sequence[str]] | None = None,
) -> Report:
    """Train on the examples and judge on the rest, one message at a time as in a conversation."""
    started = time.process_time()
    classifier = IntentClassifier.train(examples, locale=locale, embedder=embedder, samples=samples)
    trained = time.process_time()
    meant = [(text, intent) for intent, texts in held_out.items() for text in texts]
    rankings = [classifier.classify([text])[0] for text, _ in meant]
    strange = [classifier.classify([text])[0] for text in out_of_scope]
    ended = time.process_time()

    first = [r.intents[0].intent == intent for r, (_, intent) in zip(rankings, meant, strict=True)]
    among = [
        intent in [scored.intent for scored in r.intents[:3]]
        for r, (_, intent) in zip(rankings, meant, strict=True)
    ]
    acted = [r.decision == "accept" for r in rankings]
    asked = [r.decision == "clarify" for r in rankings]
    return Report(
        model=embedder.model_id + " + tfidf" if embedder else "tfidf",
        accuracy=_share(first),
        right_among_three=_share(among),
        accepted=_share(acted),
        accepted_right=_share([right for right, did in zip(first, acted, strict=True) if did]),
        clarified=_share(asked),
        clarified_right_among_three=_share(
            [right for right, did in zip(among, asked, strict=True) if did]
        ),
        out_of_scope_rejected=_share([r.decision == "reject" for r in strange]),
        out_of_scope_accepted=_share([r.decision == "accept" for r in strange]),
        thresholds=classifier.thresholds,
        train_ms=1000 * (trained - started),
        message_ms=1000 * (ended - trained) / max(1, len(rankings) + len(strange)),
        mistakes=tuple(
            Mistake(text, intent, r.intents[0].intent, r.intents[0].score)
            for r, (text, intent), right in zip(rankings, meant, first, strict=True)
            if r.decision == "accept" and not right
        ),
    )


def evaluate_file(file: Path, embedder: Embedder | None) -> Report:
    """Evaluate what a file holds. Raises DialogueRefused when it names a broken dialogue."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    locale, examples = data.get("locale"), data.get("examples")
    if "dialogue" in data:
        dialogue = file.parent / data["dialogue"]
        program = compile_dialogue(dialogue.read_text(encoding="utf-8"), dialogue.name)
        locale = program.locale
        examples = program.intents_for(locale, data.get("vocabulary"))
    return evaluate(
        examples,
        data["held_out"],
        data["out_of_scope"],
        embedder,
        locale=locale,
        samples=data.get("samples"),
    )


def main(arguments: Sequence[str]) -> None:
    """Print a report for each file."""
    parser = argparse.ArgumentParser(prog="python -m prosa.understanding.evaluation")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--provider", choices=("embedded", "tfidf"), default="embedded")
    parser.add_argument("--mistakes", action="store_true", help="list what was accepted wrongly")
    chosen = parser.parse_args(arguments)
    embedder = build_embedder(chosen.provider)
    for file in chosen.files:
        report = evaluate_file(file, embedder)
        print(f"{file.name}\n{report}")  # noqa: T201 - this is a command
        if chosen.mistakes:
            for wrong in report.mistakes:
                print(f"  {wrong.text!r}: {wrong.meant}, not {wrong.understood}")  # noqa: T201


def _share(truths: Sequence[bool]) -> Share:
    return Share(sum(truths), len(truths))


if __name__ == "__main__":
    main(sys.argv[1:])
