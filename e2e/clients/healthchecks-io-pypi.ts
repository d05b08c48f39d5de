import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const SETUP = `
import asyncio, sys
from healthchecks_io import AsyncClient, CheckTrap, CheckUpdate, Client
url, key, ping_key, uuid = sys.argv[1:]
ends = dict(api_key=key, ping_key=ping_key, api_url=f"{url}/api/", ping_url=f"{url}/ping/", api_version=3)
client = Client(**ends)
`;
const PINGS = `
client.start_ping(uuid=uuid)
client.exit_code_ping(3, uuid=uuid, data="out\\nerr")
client.success_ping(uuid=uuid)
try:
    with CheckTrap(client, uuid=uuid) as trap:
        trap.add_log("from the trap")
        raise RuntimeError("no space")
except RuntimeError:
    pass
`;
const ASYNC = `
async def main():
    async with CheckTrap(AsyncClient(**ends), uuid=uuid) as trap:
        trap.add_log("all is well")
asyncio.run(main())
`;
const MANAGES = `
print([ping.type for ping in client.get_check_pings(uuid)], client.update_check(uuid, CheckUpdate(name="renamed")).name,
      client.pause_check(uuid).status, sorted(client.get_badges()), client.delete_check(uuid).name)
`;

/** PyPI's healthchecks-io. */
export const healthchecksIoPypi: Trial = {
  name: "healthchecks-io",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("healthchecks-io==0.4.4");
    steps.version = "0.4.4";
    const drive = async (script: string, uuid: string) => {
      const args = [overdue.origin, overdue.keys.write, overdue.keys.ping, uuid];
      const { code, out, err } = await python.run(SETUP + script, args);
      return code === 0
        ? out.trim()
        : (err
            .trim()
            .split("\n")
            .find((line) => /Error/.test(line)) ?? err);
    };
    await steps.step(
      "pings, and its CheckTrap",
      /^start, fail 3 "out\\nerr", success, start, fail (\(\d+ bytes\)|"from the trap.*"); run fail 3; run success; run fail$/,
      async () => {
        const check = await overdue.addCheck();
        const output = await drive(PINGS, check.uuid);
        return output + (await overdue.seen(check));
      },
    );
    await steps.step("its CheckTrap, asynchronous", 'start, success "all is well"; run success', async () => {
      const check = await overdue.addCheck();
      return (await drive(ASYNC, check.uuid)) + (await overdue.seen(check));
    });
    await steps.step("lists, updates, pauses, deletes", "[] renamed paused ['*'] renamed", async () =>
      drive(MANAGES, (await overdue.addCheck()).uuid),
    );
    await steps.step(
      "own fault: get_check_flips accepts only a list, but Healthchecks answers {flips}",
      /Error/,
      async () => drive("client.get_check_flips(uuid)", (await overdue.addCheck()).uuid),
    );
  }),
};
