"""Any code of Meta's table, on the next messages, at once or later."""

import pytest

from tests.integration.simulator.test_messages import a_text, sent
from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.simulator import ANA, BRUNO, Simulator

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize(
    ("code", "http"), [(4, 429), (131016, 503), (131031, 403), (190, 401), (133010, 400)]
)
async def test_a_message_is_refused_with_any_code(meta: Simulator, code: int, http: int) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.verdict(code)
    status, answer = await meta.send(a_text())
    after, _ = await meta.send(a_text())

    assert (status, answer["error"]["code"]) == (http, code)
    assert after == 200
    assert await meta.said_to(ANA) == ["olá"]


async def test_a_message_fails_later_with_any_code(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.verdict(131049, when="status")
    wamid = await sent(meta, a_text())
    await eventually(lambda: ingress.statuses_of(wamid))

    [status] = [each for each in ingress.values("statuses") if each["id"] == wamid]
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131049)
    assert await meta.said_to(ANA) == []


async def test_a_verdict_may_be_on_one_customer(meta: Simulator) -> None:
    await meta.customers_say([{"who": ANA, "text": "oi"}, {"who": BRUNO, "text": "oi"}])
    await meta.verdict(131056, who=ANA, next=2)
    answers = [await meta.send(a_text(to)) for to in (ANA, BRUNO, ANA, ANA)]

    assert [status for status, _ in answers] == [429, 200, 429, 200]


async def test_a_code_that_meta_does_not_have_is_refused(meta: Simulator) -> None:
    async with meta.http.post(f"{meta.control}/verdicts", json={"code": 42}) as response:
        assert response.status == 422
