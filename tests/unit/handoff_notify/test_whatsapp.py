"""The team's template, filled."""

from prosa.contracts.chatbot import TemplateRef
from prosa.contracts.outbound import Template
from services.handoff.notify import wording
from services.handoff.notify.notification import Handoff
from services.handoff.notify.whatsapp import LONGEST_PARAMETER, filled
from tests.unit.handoff_notify.builders import PORTUGUESE, a_handoff, a_request

WANTED = TemplateRef(
    name="atendimento",
    language="pt_BR",
    parameters=("{name}", "{reason}", "Resumo: {summary}"),
)


def fill(handoff: Handoff) -> Template:
    return filled(WANTED, wording.tell(handoff, "vendas", PORTUGUESE))


def test_name_reason_and_summary_are_put_in() -> None:
    assert fill(a_handoff()).body == (
        "Maria",
        "pediu para falar com uma pessoa",
        "Resumo: Quer um Onix até 60 mil",
    )


def test_meta_gets_no_line_ends_no_runs_of_blanks_and_nothing_too_long() -> None:
    body = fill(a_handoff(a_request(summary="a\n\nb     c" + "x" * 5000))).body

    assert body[2].startswith("Resumo: a b cxxx")
    assert len(body[2]) == LONGEST_PARAMETER


def test_a_parameter_is_never_empty() -> None:
    wanted = TemplateRef(name="t", language="pt_BR", parameters=("{summary}",))
    told = wording.tell(a_handoff(a_request(summary="")), "vendas", PORTUGUESE)

    assert filled(wanted, told).body == ("—",)


def test_her_name_is_not_taken_for_a_placeholder() -> None:
    assert fill(a_handoff(name="{summary}")).body[0] == "{summary}"
