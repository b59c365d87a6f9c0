"""Whom a change wakes."""

from prosa_operator.kinds import SECRET
from prosa_operator.observed import Object
from prosa_operator.watched import Key, Watched

SHOP = Key("bots", "shop")


def a_chatbot(generation: int = 1, **status: object) -> Object:
    return {
        "metadata": {"uid": "1", "generation": generation, "annotations": {}},
        "status": status,
    }


def an_item(name: str, version: str) -> Object:
    return {"metadata": {"namespace": "bots", "name": name, "resourceVersion": version}}


def test_a_status_that_we_wrote_ourselves_is_no_change() -> None:
    watched = Watched()

    assert watched.took(SHOP, a_chatbot())
    assert not watched.took(SHOP, a_chatbot(phase="Ready"))
    assert watched.took(SHOP, a_chatbot(generation=2))


def test_a_secret_wakes_who_names_it_and_nobody_else() -> None:
    watched, woken = Watched(), list[Key]()
    watched.names(SHOP, [("Secret", "bots", "shop-whatsapp")])

    watched.all_listed(
        SECRET, "", [an_item("shop-whatsapp", "1"), an_item("other", "1")], woken.append
    )
    watched.changed(SECRET, {"type": "MODIFIED", "object": an_item("other", "2")}, woken.append)
    watched.changed(
        SECRET, {"type": "DELETED", "object": an_item("shop-whatsapp", "3")}, woken.append
    )

    assert woken == [SHOP, SHOP]
    assert not watched.version(SECRET, "bots", "shop-whatsapp")


def test_what_is_missing_from_a_new_list_is_gone() -> None:
    watched, woken = Watched(), list[Key]()
    watched.names(SHOP, [("Secret", "bots", "shop-whatsapp")])
    watched.all_listed(SECRET, "", [an_item("shop-whatsapp", "1")], woken.append)

    watched.all_listed(SECRET, "", [], woken.append)

    assert woken == [SHOP, SHOP]


def test_passes_wait_until_every_list_has_come() -> None:
    watched = Watched()
    watched.expect_lists([("Secret", "a"), ("Secret", "b")])

    watched.all_listed(SECRET, "a", [], lambda _: None)
    assert not watched.listed.is_set()

    watched.all_listed(SECRET, "b", [], lambda _: None)
    assert watched.listed.is_set()
