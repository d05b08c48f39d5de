import type { Trial } from "../support/try-all.ts";
import { fromNpm } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { outputOf } from "./harness/run.ts";

const DRIVE = `
const { HealthChecksApiClient, HealthChecksPingClient } = require("healthchecks-io-client");
const [url, apiKey, uuid] = process.argv.slice(1);
async function main() {
  const ping = new HealthChecksPingClient({ uuid, baseUrl: url + "/ping" });
  await ping.start();
  await ping.success("all is well");
  await ping.fail("no space");
  const api = new HealthChecksApiClient({ apiKey, baseUrl: url });
  const [{ pings }, { channels }] = [await api.listPings(uuid), await api.getIntegrations()];
  const updated = await api.updateCheck(uuid, { desc: "by npm" });
  const paused = await api.pauseCheck(uuid);
  const deleted = await api.deleteCheck(uuid);
  console.log(pings.length, Array.isArray(channels), updated.desc, paused.status, deleted.status);
}
main().catch((error) => console.log(error.message));
`;

const LIST = `
const { HealthChecksApiClient } = require("healthchecks-io-client");
const [baseUrl, apiKey] = process.argv.slice(1);
const api = new HealthChecksApiClient({ apiKey, baseUrl });
api.getChecks(["long"]).then(() => console.log("a list"), (error) => console.log(error.message));
`;

/** npm's healthchecks-io-client. */
export const healthchecksIoClient: Trial = {
  name: "healthchecks-io-client",
  run: withOverdue(async (steps, overdue) => {
    const folder = await fromNpm("healthchecks-io-client@1.0.4");
    steps.version = "1.0.4";
    const drive = (script: string, uuid: string) =>
      outputOf(process.execPath, ["-e", script, overdue.origin, overdue.keys.write, uuid], { cwd: folder });
    await steps.step("pings, lists, updates, pauses, deletes", "3 true by npm paused paused", async () =>
      drive(DRIVE, (await overdue.addCheck()).uuid),
    );
    await steps.step(
      "start, success and fail with bodies",
      /^start, success( "all is well")?, fail( "no space")?; run success; run fail$/,
      async () => {
        const check = await overdue.addCheck();
        const part = DRIVE.replace(/const api =[^]*?\n}/, "}");
        await drive(part, check.uuid);
        return await overdue.seen(check);
      },
    );
    await steps.step(
      "own fault: it accepts no list of more than 10,000 bytes",
      /maxContentLength size of 10000/,
      async () => {
        const { uuid } = await overdue.addCheck();
        await fetch(`${overdue.origin}/api/v3/checks/${uuid}`, {
          method: "POST",
          headers: { "x-api-key": overdue.keys.write },
          body: JSON.stringify({ tags: "long", desc: "long ".repeat(3_000) }),
        });
        return await drive(LIST, uuid);
      },
    );
  }),
};

const BEAT = `
const { healthcheck } = require("healthchecks.io");
const beat = healthcheck(process.argv[1], 1);
setTimeout(() => beat.stop(), 500);
`;

/** npm's healthchecks.io: a process pings each minute while it runs. */
export const healthchecksDotIo: Trial = {
  name: "healthchecks.io",
  run: withOverdue(async (steps, overdue) => {
    const folder = await fromNpm("healthchecks.io@2.2.0");
    steps.version = "2.2.0";
    await steps.step("its first heartbeat", "success", async () => {
      const check = await overdue.addCheck();
      await outputOf(process.execPath, ["-e", BEAT, check.pingUrl], { cwd: folder });
      return await overdue.seen(check);
    });
  }),
};
