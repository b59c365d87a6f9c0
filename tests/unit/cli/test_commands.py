"""The list of commands, and what a person reads when something goes wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from prosa.cli.commands import COMMANDS, app, load
from prosa.cli.finding import spellings
from prosa.cli.progress import readable
from prosa.cli.reach import choose
from prosa.errors import ConfigError
from tests.unit.cli.manifest_files import DIALOGUE

run = CliRunner()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_the_command_says(name: str) -> None:
    said = str(load(name).help).partition("\n\n")[0].replace("\n", " ").strip()

    assert said == COMMANDS[name].sentence


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_stands_in_the_help(name: str) -> None:
    assert f" {name} " in run.invoke(app, ["--help"]).output


def test_an_error_is_a_sentence_and_a_code(tmp_path: Path) -> None:
    result = run.invoke(app, ["streams", "--data", str(tmp_path)])

    assert result.exit_code == 2
    assert "start it with `prosa up`" in result.output
    assert "Traceback" not in result.output


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    result = run.invoke(app, ["--debug", "streams", "--data", str(tmp_path)])

    assert isinstance(result.exception, ConfigError)


def test_a_right_dialogue_passes(tmp_path: Path) -> None:
    (tmp_path / "dialogue.yaml").write_text(DIALOGUE)

    assert run.invoke(app, ["check", str(tmp_path / "dialogue.yaml")]).exit_code == 0


def test_a_wrong_dialogue_is_told_with_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "dialogue.yaml"
    file.write_text(DIALOGUE.replace("say:", "sya:"))
    result = run.invoke(app, ["check", str(file)])

    assert result.exit_code == 1
    assert f"{file}:14:9: error:" in result.output.replace("\n", "")


def test_a_chat_answers_and_explains_itself(tmp_path: Path) -> None:
    file = tmp_path / "dialogue.yaml"
    file.write_text(DIALOGUE)
    said = ["--say", "when are you open?"]
    result = run.invoke(app, ["chat", str(file), "--fast", "--explain", *said])

    assert "We are open from nine to six." in result.output
    assert "understood" in result.output
    assert "opening" in result.output


def test_a_chat_speaks_json_to_scripts(tmp_path: Path) -> None:
    file = tmp_path / "dialogue.yaml"
    file.write_text(DIALOGUE)
    said = ["--say", "what is your address?"]
    line = json.loads(run.invoke(app, ["chat", str(file), "--fast", "--json", *said]).stdout)

    assert line["reply"]["messages"] == [{"type": "text", "body": "1, Long Road"}]
    assert line["ranking"]["intents"][0]["intent"] == "address"


def test_the_only_bot_is_meant_without_saying_so() -> None:
    assert choose(("bots_shop",), None) == "bots_shop"


@pytest.mark.parametrize("wanted", ["shop", "bots_shop"])
def test_a_bot_is_meant_by_name_or_token(wanted: str) -> None:
    assert choose(("bots_cars", "bots_shop"), wanted) == "bots_shop"


@pytest.mark.parametrize("wanted", [None, "bakery"])
def test_which_bots_there_are_is_told(wanted: str | None) -> None:
    with pytest.raises(ConfigError, match="bots_cars, bots_shop"):
        choose(("bots_cars", "bots_shop"), wanted)


def test_a_brazilian_phone_is_found_with_and_without_the_ninth_digit() -> None:
    assert list(spellings("+55 19 99999-0001")) == ["p5519999990001", "p551999990001"]
    assert list(spellings("551999990001")) == ["p551999990001", "p5519999990001"]


def test_a_user_id_is_no_phone() -> None:
    assert list(spellings("BR.0072597")) == ["uBR_0072597"]


def test_a_services_log_line_is_worded_for_people() -> None:
    line = '{"timestamp": "t", "level": "warning", "event": "dropped", "service": "s", "n": 3}'

    assert readable(line) == ("warning", "dropped n=3")


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("[1] 2026/11/24 [ERR] Publish Violation", "error"),
        ("2026-11-24 FATAL:  role does not exist", "error"),
        ("WARNING webhook not answered", "warning"),
        ("[1] 2026/11/24 [INF] Server is ready", "info"),
    ],
)
def test_other_programs_lines_are_judged_by_their_words(line: str, level: str) -> None:
    assert readable(line) == (level, line)
