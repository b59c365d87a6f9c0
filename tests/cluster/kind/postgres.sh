#!/bin/bash
# What the official image's entrypoint does, as far as the chart's trial asks for it: makes the database on first start, from
# POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD_FILE and PGDATA, then becomes the server.
set -euo pipefail
if [[ ! -s $PGDATA/PG_VERSION ]]; then
	initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
	# a first start that nobody reaches, in which the database is made
	pg_ctl --wait --options="-c listen_addresses= -c unix_socket_directories=/tmp" start >/dev/null
	createdb --host=/tmp --username="$POSTGRES_USER" --maintenance-db=postgres "$POSTGRES_DB"
	pg_ctl --wait --mode=fast stop >/dev/null
fi
exec postgres -c listen_addresses='*'
