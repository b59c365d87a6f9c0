"""Which ports a laptop's stack takes."""

import socket

import pytest

from prosa.cli import ports
from prosa.errors import ConfigError


def test_a_port_that_was_asked_for_and_is_taken_is_told_with_its_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        base = taken.getsockname()[1] - 1

        with pytest.raises(ConfigError, match=rf"port {base + 1} \(for nats\) is taken"):
            ports.choose(("ingress", "nats"), base)


def test_without_a_wish_free_ports_are_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        chosen = ports.choose(("ingress", "nats"), None)

        assert taken.getsockname()[1] not in chosen.values()
        assert len(set(chosen.values())) == 2
