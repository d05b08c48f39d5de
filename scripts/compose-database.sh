#!/bin/sh
# Run once by PostgreSQL's image, when docker-compose.yml makes a new volume. A volume made before keeps its roles.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set password="$POSTGRES_PASSWORD" --set superuser="${POSTGRES_USER:-postgres}" <<'SQL'
create role overdue login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'password';
create database overdue owner overdue;
revoke all on database overdue from public;
alter role :"superuser" password null;
SQL
