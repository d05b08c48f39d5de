// Two jobs of Sentry's SDK and two of Cronitor's, one of each failing, against the server of `url`.
const [modules, url, key] = process.argv.slice(2);
const Sentry = require(`${modules}/@sentry/node`);
const cronitor = require(`${modules}/cronitor`)(key);

const boom = () => Promise.reject(new Error("boom"));
// Its host is fixed: what DNS would do otherwise.
cronitor._api.pingUrl = (monitor) => `${url}/ping/${key}/${monitor}`;
Sentry.init({ dsn: `${url.replace("://", `://${key}@`)}/1`, defaultIntegrations: false });

async function main() {
  const schedule = { type: "crontab", value: "30 2 * * *" };
  const config = { schedule, checkinMargin: 5, timezone: "Europe/Berlin" };
  await Sentry.withMonitor("sentry-good", () => Promise.resolve(), config);
  await Sentry.withMonitor("sentry-bad", boom, config).catch(() => {});
  Sentry.captureMessage("an event that is not for a monitor of jobs");
  await Sentry.flush(10_000);
  await cronitor.wrap("cronitor-good", () => Promise.resolve("done"))();
  await cronitor
    .wrap("cronitor-bad", boom)()
    .catch(() => {});
}

void main().then(() => process.stdout.write("{}", () => process.exit(0)));
