"""The job that loads a catalogue's ConfigMap in a cluster, as the operator starts it."""

import asyncio
import os
import sys
from pathlib import Path

import yaml

from prosa.catalogue import loading
from prosa.contracts.topology import topology
from prosa.jetstream.connection import connect
from prosa.jetstream.provision import provision
from tests.support.nats import BOT
from tests.support.strict import StrictServer, a_strict_server

MISCONFIGURED = 2


def a_folder(root: Path, catalogue: dict[str, object]) -> Path:
    """Write what the operator mounts into the job's pod."""
    namespace, _, name = BOT.partition("_")
    folder = root / "chatbots" / BOT
    folder.mkdir(parents=True)
    chatbot = {
        "apiVersion": "prosa.dev/v1alpha1",
        "kind": "Chatbot",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "whatsapp": {
                "phoneNumberId": "1",
                "businessAccountId": "2",
                "credentialsSecretRef": {"name": "number"},
            },
            "dialogue": {"configMapRef": {"name": "words", "key": "dialogue.yaml"}},
            "catalogue": catalogue,
        },
    }
    (folder / "chatbot.yaml").write_text(yaml.safe_dump(chatbot))
    return folder


async def imports(server: StrictServer, folder: Path) -> int:
    """Run the job to its end; gives its exit code."""
    settings = {
        "PROSA_CHATBOTS": str(folder.parent),
        "PROSA_NATS_URL": server.url,
        "PROSA_NATS_CREDENTIALS": str(server.login("campaigns").credentials),
    }
    job = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.campaigns", "import", "--bot", BOT),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.DEVNULL,
    )
    return await job.wait()


async def test_a_config_maps_items_are_loaded_with_the_jobs_own_rights(tmp_path: Path) -> None:
    source = {"configMapRef": {"name": "stock", "key": "stock.csv"}}
    folder = a_folder(tmp_path, {"source": source})
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "stock.csv").write_text("id,model\n1,Gol\n2,Uno\n")
    async with (
        a_strict_server(tmp_path, "campaigns") as server,
        connect(server.login("provision"), "provision") as all_rights,
    ):
        await provision(all_rights, topology(BOT))

        assert [await imports(server, folder), await imports(server, folder)] == [0, 0]
        items = await loading.stored(all_rights, BOT)

    assert sorted(item.fields["model"] for item in items.values()) == ["Gol", "Uno"]


async def test_a_file_that_is_missing_is_for_a_person_to_mend(tmp_path: Path) -> None:
    source = {"configMapRef": {"name": "stock", "key": "stock.csv"}}
    folder = a_folder(tmp_path, {"source": source})
    async with a_strict_server(tmp_path, "campaigns") as server:
        assert await imports(server, folder) == MISCONFIGURED
