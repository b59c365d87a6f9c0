"""Days and hours in the spelling of customers: right, impossible, or not known."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.extractors.dates import Impossible, When, read_when

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOW = dt.datetime(2026, 11, 24, 15, 0, tzinfo=SAO_PAULO)  # a Tuesday


def shown(text: str, locale: str = "pt-BR", known: When | None = None) -> str | None:
    """Read the text on that Tuesday and show the outcome in a line."""
    read = read_when(text, now=NOW, locale=locale, known=known)
    if isinstance(read, Impossible):
        return f"impossible: {read.reason}"
    return None if read is None else line(read)


def line(when: When) -> str:
    """Show what is known, in the order day, hour, part, period."""
    parts = (
        when.date.isoformat() if when.date else "",
        when.time.strftime("%H:%M") if when.time else "",
        when.part or "",
        f"from {when.not_before}" if when.not_before else "",
        "assumed" if when.assumed else "",
    )
    return " ".join(filter(None, parts))


PT = {
    # a day and an hour
    "amanhã às 15h": "2026-11-25 15:00",
    "amanha 15h": "2026-11-25 15:00",
    "amnh 9h": "2026-11-25 09:00",
    "hj as 16h": "2026-11-24 16:00",
    "depois de amanhã 9h": "2026-11-26 09:00",
    "sexta 10h": "2026-11-27 10:00",
    "sexta as 10 da manha": "2026-11-27 10:00",
    "segunda-feira às 9": "2026-11-30 09:00",
    "sáb 9h": "2026-11-28 09:00",
    "amanhã às dez": "2026-11-25 10:00",
    "amanhã às 10 e 30": "2026-11-25 10:30",
    "amanhã 10h30min": "2026-11-25 10:30",
    "sexta-feira 14:00 hrs": "2026-11-27 14:00",
    "5 de dezembro às 14h30": "2026-12-05 14:30",
    "5/12 as 14:30": "2026-12-05 14:30",
    "25 de dezembro de 2026 às 10h": "2026-12-25 10:00",
    "quinta-feira, 26 de novembro às 14h": "2026-11-26 14:00",
    "daqui a 2 horas": "2026-11-24 17:00",
    "daqui a meia hora": "2026-11-24 15:30",
    "não, sexta às 10": "2026-11-27 10:00",
    "boa tarde, pode ser amanhã às 11h?": "2026-11-25 11:00",
    # a day
    "amanhã": "2026-11-25",
    "dps de amanha": "2026-11-26",
    "sexta": "2026-11-27",
    "nessa sexta": "2026-11-27",
    "2ª feira": "2026-11-30",
    "seg": "2026-11-30",
    "ter": "2026-12-01",
    "terça": "2026-12-01",  # said on a Tuesday: today would be called today
    "dia 5": "2026-12-05",
    "no dia 05": "2026-12-05",
    "dia primeiro": "2026-12-01",
    "dia 24": "2026-11-24",
    "dia 23": "2026-12-23",
    "dia 31": "2026-12-31",
    "dia 5 do 12": "2026-12-05",
    "dia 5 de janeiro": "2027-01-05",
    "05/12": "2026-12-05",
    "05/12/26": "2026-12-05",
    "05/12/2026": "2026-12-05",
    "05-12-2026": "2026-12-05",
    "2026-12-05": "2026-12-05",
    "23/11": "2027-11-23",
    "29/02": "2028-02-29",
    "5 de dez": "2026-12-05",
    "25 dez": "2026-12-25",
    "25 dez às 10h": "2026-12-25 10:00",
    "1º de maio": "2027-05-01",
    "vinte e cinco de dezembro": "2026-12-25",
    "daqui a 3 dias": "2026-11-27",
    "daqui a duas semanas": "2026-12-08",
    "daqui a um mês": "2026-12-24",
    "em 2 dias": "2026-11-26",
    "quarta da semana que vem": "2026-12-02",
    "dia 5 do mês que vem": "2026-12-05",
    "sexta dia 27": "2026-11-27",
    "sexta, 27/11": "2026-11-27",
    "sexta que vem": "2026-11-27 assumed",  # to some it is the week after
    "próxima sexta": "2026-11-27 assumed",
    "próxima terça-feira": "2026-12-01",
    # an hour
    "14h": "14:00",
    "14 h": "14:00",
    "14hs": "14:00",
    "14 horas": "14:00",
    "14h30": "14:30",
    "14:30": "14:30",
    "às 10": "10:00",
    "quero o das 15h": "15:00",
    "as 3 da tarde": "15:00",
    "3h da tarde": "15:00",
    "8 da noite": "20:00",
    "oito da manhã": "08:00",
    "dez e meia da manhã": "10:30",
    "uma da tarde": "13:00",
    "meio-dia": "12:00",
    "meio dia e meia": "12:30",
    "meia-noite": "00:00",
    "03:00": "03:00",
    "às 3": "15:00 assumed",
    "às duas e meia": "14:30 assumed",
    "quinze pras três": "14:45 assumed",
    "lá pelas 10": "10:00 assumed",
    # a part of the day, or a period whose day is open
    "hoje à noite": "2026-11-24 evening",
    "amanhã cedo": "2026-11-25 morning",
    "sábado de manhã": "2026-11-28 morning",
    "manhã de sábado": "2026-11-28 morning",
    "depois do almoço": "afternoon",
    "fim da tarde": "afternoon",
    "à tardinha": "afternoon",
    "depois das 14h": "afternoon",
    "antes das 10": "morning",
    "semana que vem": "from 2026-11-30",
    "próxima semana às 10h": "10:00 from 2026-11-30",
    "mês que vem": "from 2026-12-01",
    "fim de semana": "from 2026-11-28",
    # one of two
    "na verdade sábado": "2026-11-28",
    "sexta, quer dizer, sábado": "2026-11-28",
    "mudar de sexta para sábado": "2026-11-28",
    "trocar das 10h para as 14h": "14:00",
    "sexta não dá, pode ser sábado?": "2026-11-28",
    # cannot be
    "31/02": "impossible: no_such_date",
    "12/13": "impossible: no_such_date",
    "dia 32": "impossible: no_such_date",
    "sexta dia 28": "impossible: no_such_date",
    "25h": "impossible: no_such_time",
    "14:75": "impossible: no_such_time",
    "14h da manhã": "impossible: no_such_time",
    "ontem": "impossible: past",
    "hoje às 9h": "impossible: past",
    "05/12/2025": "impossible: past",
}
PT_UNKNOWN = (
    "sexta ou sábado",
    "10h ou 11h",
    "às 10 ou 11",
    "toda segunda",
    "amanhã ou depois",
    "segunda a sexta",
    "das 9 às 12",
    "entre 10h e 12h",
    "qualquer dia",
    "sexta não posso",
    "não posso na sexta",
    "não consigo amanhã",
    "daqui a pouco",
    "mais tarde",
    "bom dia",
    "boa tarde",
    "boa noite",
    "todo dia",
    "a segunda opção",
    "carro de segunda mão",
    "preciso ter um carro",
    "quero 2",
    "10",
    "10 mil",
    "até 80 mil",
    "R$ 45.900,00",
    "30 mil km",
    "2018",
    "hb20 2019/2020",
    "(19) 99999-0000",
    "48x",
    "em 48 vezes",
    "aberto 24 horas",
    "24/7",
    "dura 2 horas",
    "faz 3 dias",
    "as 10 opções",
    "motor 1.0",
    "529.982.247-25",
    "",
    "😀",
)
EN = {
    "tomorrow at 3pm": "2026-11-25 15:00",
    "tmr 10am": "2026-11-25 10:00",
    "tonight at 8": "2026-11-24 20:00",
    "friday": "2026-11-27",
    "this friday": "2026-11-27",
    "next friday": "2026-12-04 assumed",
    "friday next week": "2026-12-04",
    "next week": "from 2026-11-30",
    "on monday at 9:30": "2026-11-30 09:30",
    "wed morning": "2026-11-25 morning",
    "5 Dec": "2026-12-05",
    "December 5th at 2pm": "2026-12-05 14:00",
    "5th of December": "2026-12-05",
    "the 5th": "2026-12-05",
    "in 3 days": "2026-11-27",
    "a week from today": "2026-12-01",
    "in half an hour": "2026-11-24 15:30",
    "noon": "12:00",
    "half past 3": "15:30 assumed",
    "quarter to five pm": "16:45",
    "three pm": "15:00",
    "at 3": "15:00 assumed",
    "not friday, saturday": "2026-11-28",
    "move from friday to saturday": "2026-11-28",
    "friday the 27th": "2026-11-27",
    "friday the 28th": "impossible: no_such_date",
    "31 feb": "impossible: no_such_date",
    "13pm": "impossible: no_such_time",
    "yesterday": "impossible: past",
}
EN_UNKNOWN = (
    "friday or saturday",
    "3pm or 4pm",
    "at 3 or 4",
    "between 2 and 4",
    "i can't on friday",
    "good morning",
    "i sat down",
    "the sun is nice",
    "can i come in may",
    "two days ago",
    "last friday",
    "2 cars",
    "555-123-4567",
    "under 20k",
)


@pytest.mark.parametrize(("text", "expected"), PT.items())
def test_a_day_or_hour_is_read_as_a_brazilian_means_it(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize("text", PT_UNKNOWN)
def test_what_names_no_one_day_or_hour_is_not_guessed(text: str) -> None:
    assert shown(text) is None


@pytest.mark.parametrize(("text", "expected"), EN.items())
def test_a_day_or_hour_is_read_in_english(text: str, expected: str) -> None:
    assert shown(text, "en") == expected


@pytest.mark.parametrize("text", EN_UNKNOWN)
def test_what_names_no_one_day_or_hour_is_not_guessed_in_english(text: str) -> None:
    assert shown(text, "en") is None


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en", "2026-12-05"), ("en-US", "2026-12-05"), ("en-GB", "2027-05-12"), ("pt", "2027-05-12")],
)
def test_the_locale_says_whether_the_month_comes_first(locale: str, expected: str) -> None:
    assert shown("12/05", locale) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("sexta", "10h"), "2026-11-27 10:00"),
        (("sexta", "10"), "2026-11-27 10:00"),
        (("sexta", "dez e meia"), "2026-11-27 10:30"),
        (("10h", "sexta"), "2026-11-27 10:00"),
        (("10h", "5"), "2026-12-05 10:00"),
        (("semana que vem", "quarta", "14h"), "2026-12-02 14:00"),
        (("sexta à tarde", "às 3"), "2026-11-27 15:00"),
        (("sexta", "depois das 14h", "15h"), "2026-11-27 15:00"),
        (("sexta 10h", "na verdade sábado"), "2026-11-28 10:00"),
        (("sexta 10h", "melhor 11h"), "2026-11-27 11:00"),
    ],
)
def test_partial_answers_are_joined(texts: tuple[str, ...], expected: str) -> None:
    known: When | None = None
    for text in texts:
        read = read_when(text, now=NOW, locale="pt-BR", known=known)
        assert isinstance(read, When)
        known = read
    assert known is not None
    assert line(known) == expected


def test_an_hour_that_has_passed_on_the_known_day_is_past() -> None:
    today = read_when("hoje", now=NOW, locale="pt-BR")
    assert isinstance(today, When)

    assert shown("9h", known=today) == "impossible: past"


def test_a_complete_answer_is_an_instant_in_the_time_zone_of_the_business() -> None:
    read = read_when("sexta 10h", now=NOW, locale="pt-BR")
    assert isinstance(read, When)

    assert read.complete
    assert read.instant(SAO_PAULO).isoformat() == "2026-11-27T10:00:00-03:00"


def test_half_an_answer_has_no_instant() -> None:
    with pytest.raises(ValueError, match="not known yet"):
        When(date=NOW.date()).instant(SAO_PAULO)


def test_the_day_is_quoted_in_the_customers_own_words() -> None:
    read = read_when("pode ser AMANHÃ?", now=NOW, locale="pt-BR")
    assert isinstance(read, When)

    assert read.date_text == "AMANHÃ"


@given(st.dates(dt.date(2026, 11, 25), dt.date(2027, 11, 23)), st.times())
def test_a_date_and_hour_that_are_written_out_are_read_back(day: dt.date, hour: dt.time) -> None:
    text = f"{day:%d/%m/%Y} às {hour:%H:%M}"

    read = read_when(text, now=NOW, locale="pt-BR")

    assert isinstance(read, When)
    assert (read.date, read.time) == (day, hour.replace(second=0, microsecond=0))


@given(st.text(), st.sampled_from(["pt-BR", "en", "en-GB", "fr", ""]))
def test_no_text_raises(text: str, locale: str) -> None:
    read_when(text, now=NOW, locale=locale)
    read_when(text, now=NOW, locale=locale, known=When(date=NOW.date()))
    read_when(text, now=NOW, locale=locale, known=When(time=dt.time(10)))


WORDS = [
    "dia",
    "5",
    "05/12",
    "31/02",
    "sexta",
    "ter",
    "amanhã",
    "às",
    "as",
    "10",
    "10h",
    "25h",
    "14:75",
    "da",
    "de",
    "tarde",
    "manhã",
    "e",
    "meia",
    "ou",
    "não",
    "que",
    "vem",
    "semana",
    "daqui",
    "a",
    "duas",
    "horas",
    "dezembro",
    "mês",
    "2ª",
    "próxima",
    "na",
    "ontem,",
    "99",
    "2026",
    "mil",
    "até",
]


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.booleans())
def test_no_jumble_of_words_of_time_raises_or_is_past(words: list[str], known: bool) -> None:
    before = When(not_before=dt.date(2026, 11, 30)) if known else None

    read = read_when(" ".join(words), now=NOW, locale="pt-BR", known=before)

    assert not isinstance(read, When) or read.date is None or read.date >= NOW.date()
