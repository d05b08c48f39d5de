"""Drives a server with the client of PyPI's healthchecks-io, and prints what it saw as JSON."""

import json
import sys

from healthchecks_io import CheckCreate, CheckTrap, Client

url, api_key, ping_key = sys.argv[1:]
client = Client(
    api_key=api_key, ping_key=ping_key, api_url=f"{url}/api/", ping_url=f"{url}/ping/", api_version=3
)
made = client.create_check(CheckCreate(name="Python", tags="client", timeout=3600, grace=600))
client.success_ping(uuid=made.uuid, data="all is well")
client.exit_code_ping(3, uuid=made.uuid)
with CheckTrap(client, uuid=made.uuid) as trap:
    trap.add_log("from the trap")
# Not its get_check_flips: it expects the bare list of Healthchecks' documentation, not the object that is answered.
pings = client.get_check_pings(made.uuid)
paused = client.pause_check(made.uuid)
print(
    json.dumps(
        {
            "listed": [check.name for check in client.get_checks(tags=["client"])],
            "pings": [ping.type for ping in pings],
            "badges": sorted(client.get_badges()),
            "channels": [channel.name for channel in client.get_integrations()],
            "paused": paused.status,
            "deleted": client.delete_check(made.uuid).name,
        }
    )
)
