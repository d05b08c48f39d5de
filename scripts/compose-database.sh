#!/bin/sh
# PostgreSQL's image runs this once, when docker-compose.yml creates a new volume. An existing volume keeps its roles.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set password="$POSTGRES_PASSWORD" --set superuser="${POSTGRES_USER:-postgres}" <<'SQL'
create role overdue login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'password';
-- Requests in a project run as this role (docs/operating/running.md, row-level security).
create role overdue_app nologin;
grant overdue_app to overdue with inherit false, set true;
create database overdue owner overdue;
revoke all on database overdue from public;
alter role :"superuser" password null;
SQL
