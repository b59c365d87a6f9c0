"""Who gets a ticket."""

from hypothesis import given
from hypothesis import strategies as st

from prosa.contracts.chatbot import Team
from services.handoff import assignment
from services.handoff.assignment import Candidate

candidates = st.lists(
    st.builds(
        Candidate,
        id=st.sampled_from("abcdef"),
        name=st.just(""),
        load=st.integers(0, 5),
        assigned_at_ms=st.integers(0, 9),
    ),
    unique_by=lambda each: each.id,
)


@given(candidates, st.sampled_from(["round-robin", "least-loaded"]))
def test_nobody_gets_more_than_the_teams_capacity(people: list[Candidate], rule: str) -> None:
    team = Team(name="t", assignment=rule, capacity=3)  # type: ignore[arg-type]  # one of the rules

    chosen = assignment.agent_for(team, people)

    if chosen is None:
        assert all(each.load >= 3 for each in people)
    else:
        assert chosen.load < 3


@given(candidates, st.randoms(use_true_random=False))
def test_replicas_choose_alike_whatever_the_order(people: list[Candidate], chance: object) -> None:
    team = Team(name="t", assignment="least-loaded")
    other = sorted(people, key=lambda each: hash((each.id, str(chance))))

    assert assignment.agent_for(team, people) == assignment.agent_for(team, other)


def test_in_turn_means_who_has_waited_longest() -> None:
    team = Team(name="t", assignment="round-robin")
    people = [
        Candidate(id="busy", name="", load=0, assigned_at_ms=9),
        Candidate(id="waits", name="", load=4, assigned_at_ms=1),
    ]

    chosen = assignment.agent_for(team, people)

    assert chosen is not None
    assert chosen.id == "waits"


def test_by_hand_gives_nobody_anything() -> None:
    assert assignment.agent_for(Team(name="t"), [Candidate(id="a", name="")]) is None


def test_skills_are_compared_without_case_and_accents() -> None:
    teams = (Team(name="geral"), Team(name="oficina", skills=("Revisão",)))

    assert assignment.team_for(teams, tags=["REVISAO"]) == "oficina"


def test_without_teams_there_is_no_team() -> None:
    assert assignment.team_for((), asked="vendas") == ""
