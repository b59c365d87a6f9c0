"""Where the parts of a laptop's stack are reached: all on the loopback address."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prosa.postgres import local as postgres

MESSAGES = ("ingress", "conversation", "sender")
"""Services that answer customers: they need NATS alone."""

RECORDS = ("handoff", "analytics")
"""Services for people and figures: they need PostgreSQL too."""

SERVICES = (*MESSAGES, *RECORDS)
PORTS = (
    *("ingress", "simulator", "assets", "nats", "postgres", "mail", *RECORDS),
    *(f"{service}-health" for service in SERVICES),
)


@dataclass(frozen=True)
class Addresses:
    """Addresses by the ports that were chosen for `PORTS`."""

    ports: Mapping[str, int]

    @property
    def webhook(self) -> str:
        """Where Meta delivers."""
        return f"http://127.0.0.1:{self.ports['ingress']}/webhook"

    @property
    def simulator(self) -> str:
        """The simulated Graph API."""
        return f"http://127.0.0.1:{self.ports['simulator']}"

    @property
    def phone(self) -> str:
        """The page to write from."""
        return f"{self.simulator}/phone/"

    @property
    def inbox(self) -> str:
        """The page where agents answer."""
        return f"http://127.0.0.1:{self.ports['handoff']}/"

    @property
    def console(self) -> str:
        """The page of figures, queues and dead letters."""
        return f"http://127.0.0.1:{self.ports['analytics']}/"

    @property
    def nats(self) -> str:
        """The NATS server."""
        return f"nats://127.0.0.1:{self.ports['nats']}"

    def postgres(self, passfile: Path) -> str:
        """Give PostgreSQL's address without the password, and where a client finds it."""
        return (
            f"postgresql://{postgres.USER}@127.0.0.1:{self.ports['postgres']}/postgres"
            f"?passfile={passfile.resolve()}"
        )
