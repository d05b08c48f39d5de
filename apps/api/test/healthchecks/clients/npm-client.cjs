// Drives a server with npm's healthchecks-io-client, and prints what it saw as JSON.
const [modules, url, apiKey] = process.argv.slice(2);
const { HealthChecksApiClient, HealthChecksPingClient } = require(`${modules}/healthchecks-io-client`);

async function main() {
  const api = new HealthChecksApiClient({ apiKey, baseUrl: url });
  const made = await api.createCheck({ name: "npm", tags: "client", timeout: 3600 });
  const uuid = made.ping_url.split("/").at(-1);
  const ping = new HealthChecksPingClient({ uuid, baseUrl: `${url}/ping`, returnResponse: true });
  await ping.start();
  await ping.success();
  await ping.fail();
  const listed = await api.getChecks(["client"]);
  const { pings } = await api.listPings(uuid);
  const paused = await api.pauseCheck(uuid);
  const channels = await api.getIntegrations();
  const deleted = await api.deleteCheck(uuid);
  return {
    listed: listed.checks.map((check) => check.name),
    pings: pings.map((each) => each.type),
    paused: paused.status,
    channels: channels.channels.map((channel) => channel.name),
    deleted: deleted.name,
  };
}

void main().then((seen) => process.stdout.write(JSON.stringify(seen)));
