"""Connections to PostgreSQL, each bound to one schema: a service sees its own tables alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg
import msgspec
from pydantic import SecretStr

from prosa.errors import ConfigError, Unavailable
from prosa.postgres.migrations import Connection, check_schema
from prosa.telemetry.logs import redact

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@asynccontextmanager
async def connect(
    url: SecretStr,
    schema: str,
    *,
    size: int = 8,
    command_timeout: timedelta = timedelta(seconds=30),
) -> AsyncIterator[Pool]:
    """Open at most `size` connections with the search path `schema`; `jsonb` is read into values.

    The URL holds a password: it is kept out of the logs, and errors name the host only. Raises
    ConfigError for what a person must change, Unavailable when no server answers.
    """
    check_schema(schema)
    _keep_secret(url)
    try:
        pool = await asyncpg.create_pool(
            url.get_secret_value(),
            min_size=1,
            max_size=size,
            command_timeout=command_timeout.total_seconds(),
            init=_know_json,
            server_settings={"search_path": schema, "application_name": f"prosa-{schema}"},
        )
    except (
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
    ) as error:
        raise ConfigError(f"PostgreSQL at {_host(url)} refuses us: {error}") from None
    except (ValueError, asyncpg.InterfaceError):
        raise ConfigError(
            "the PostgreSQL URL cannot be read; write postgresql://user:password@host:5432/database"
        ) from None
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as error:
        raise Unavailable(f"PostgreSQL at {_host(url)} does not answer: {error}") from None
    try:
        yield pool
    finally:
        await pool.close()


async def _know_json(connection: Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, schema="pg_catalog", encoder=_encode, decoder=msgspec.json.decode
        )


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _keep_secret(url: SecretStr) -> None:
    redact(url)
    try:
        password = urlsplit(url.get_secret_value()).password
    except ValueError:
        return
    if password:
        redact(SecretStr(password))


def _host(url: SecretStr) -> str:
    parts = urlsplit(url.get_secret_value())
    return f"{parts.hostname or 'its socket'}:{parts.port or 5432}"
