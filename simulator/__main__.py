"""Start the simulator: read the configuration, build the parts, join them, serve until SIGTERM.

python -m simulator --config simulator.yaml --port 8900
"""

import argparse
import json
import logging
import sys
from pathlib import Path

import aiohttp
import uvloop
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from simulator.audience import Audience
from simulator.callbacks import Callbacks
from simulator.clock import Agenda, Clock
from simulator.config import Config, ConfigError, load
from simulator.control import Control
from simulator.courier import Courier
from simulator.dispatch import Dispatch
from simulator.elsewhere import Elsewhere
from simulator.faults import Faults
from simulator.files import Files
from simulator.graph import Graph
from simulator.journal import Journal
from simulator.links import Links
from simulator.media import MediaStore
from simulator.notices import Notices
from simulator.people import People
from simulator.phone import Phone
from simulator.rates import Rates
from simulator.rings import Rings
from simulator.sending import Sending
from simulator.server import Server, listen
from simulator.tasks import cancelled_at_end
from simulator.verdicts import Verdicts
from simulator.world import World

METHODS = ["GET", "POST", "DELETE"]
CONNECTIONS = 100  # to webhooks, at a time


def main() -> int:
    """Run from the command line; answer the exit code."""
    arguments = _arguments().parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        config = load(arguments.config)
        uvloop.run(serve(config, arguments.host, arguments.port, ready=arguments.ready_json))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        where = f"{arguments.host}:{arguments.port}"
        sys.stderr.write(f"{where}: {error.strerror}; choose another --port or --host\n")
        return 1
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulator", description="A strict stand-in for Meta's WhatsApp Cloud API."
    )
    parser.add_argument(
        "--config", type=Path, required=True, help="YAML file, see simulator/README.md"
    )
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--ready-json", action="store_true", help="print the addresses once it listens"
    )
    return parser


async def serve(config: Config, host: str, port: int, *, ready: bool) -> None:
    """Build, join, serve."""
    socket = listen(host, port)
    url = f"http://{host}:{socket.getsockname()[1]}"
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as http, cancelled_at_end() as tasks:
        clock = Clock()
        agenda = Agenda(clock)
        journal = Journal()
        faults = Faults()
        verdicts = Verdicts()
        world = World(config)
        media = MediaStore(clock, url)
        links = Links(http, media, clock)
        rates = Rates(config.limits)
        rings = Rings(world, clock)
        courier = Courier(
            config=config,
            clock=clock,
            agenda=agenda,
            journal=journal,
            faults=faults,
            http=http,
            tasks=tasks,
        )
        audience = Audience(world, rings.tell)
        notices = Notices(courier, faults)
        dispatch = Dispatch(
            timing=config.timing,
            world=world,
            media=media,
            audience=audience,
            notices=notices,
            rates=rates,
            faults=faults,
            verdicts=verdicts,
            clock=clock,
            agenda=agenda,
        )
        people = People(
            world=world, media=media, audience=audience, notices=notices, rates=rates, clock=clock
        )
        elsewhere = Elsewhere(world=world, audience=audience, notices=notices, clock=clock)
        sending = Sending(
            world=world,
            dispatch=dispatch,
            media=media,
            links=links,
            rates=rates,
            verdicts=verdicts,
            clock=clock,
            allow_unreachable_links=config.allow_unreachable_links,
        )
        graph = Graph(
            limits=config.limits,
            world=world,
            media=media,
            sending=sending,
            files=Files(world, media),
            callbacks=Callbacks(courier),
            faults=faults,
            journal=journal,
            clock=clock,
        )
        phone = Phone(
            world=world,
            people=people,
            dispatch=dispatch,
            elsewhere=elsewhere,
            media=media,
            faults=faults,
            journal=journal,
            rings=rings,
            clock=clock,
        )

        async def reset() -> None:
            agenda.clear()
            await courier.clear()
            for part in (people, dispatch, media, links, rates, faults, verdicts, journal):
                part.clear()
            world.reset()
            rings.start_over()

        control = Control(
            world=world,
            people=people,
            dispatch=dispatch,
            elsewhere=elsewhere,
            faults=faults,
            verdicts=verdicts,
            courier=courier,
            journal=journal,
            clock=clock,
            agenda=agenda,
            changed=lambda: rings.tell_faults(faults),
            reset=reset,
        )
        journal.subscribe(rings.tell_traffic)

        def started() -> None:
            if ready:
                urls = {"graph": url, "phone": f"{url}/phone/", "control": f"{url}/control"}
                sys.stdout.write(json.dumps(urls) + "\n")
                sys.stdout.flush()
            logging.getLogger(__name__).info("simulator: phone page at %s/phone/", url)

        tasks.create_task(agenda.run())
        for app in world.apps.values():
            if app.callback is not None:
                courier.expect(app.callback)
        server = Server(site(graph, control, phone), started=started, ended=rings.close)
        await server.serve(sockets=[socket])


def site(graph: Graph, control: Control, phone: Phone) -> Starlette:
    """Join the three edges at one address."""
    return Starlette(
        routes=[
            Mount("/control", control.app()),
            Mount("/phone", phone.app()),
            Route("/whatsapp_business/attachments/", graph.handle),
            Route("/{version}/{node}", graph.handle, methods=METHODS),
            Route("/{version}/{node}/{edge}", graph.handle, methods=METHODS),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
