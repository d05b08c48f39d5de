/** Where a client is to send, as it stands in its settings. */
type Address = {
  /** Of this instance, such as https://overdue.example.org. */
  origin: string;
  /** Of the project. */
  pingKey: string;
  /** The last part of a check's ping URL. */
  uuid: string;
};

/** What to set in a client of another monitor. `note`: what is good to know beside. */
type Client = { name: string; note: string; settings: (address: Address) => string };

const BY_NAME = "Names a job by its slug.";
const BY_UUID =
  "The UUID is the last part of the check's ping URL. The token that the job has now works too, once it is entered on the check's page.";

/** The clients whose requests are read, by the name of their monitor; the page in docs/connect says more of each. */
export const CLIENTS: readonly Client[] = [
  {
    name: "Sentry SDKs and sentry-cli",
    note: "Check-ins with a schedule make their check. Events, traces and sessions of the same DSN are dropped.",
    settings: ({ origin, pingKey }) => `SENTRY_DSN=${origin.replace("://", `://${pingKey}@`)}/1`,
  },
  {
    name: "Sentry check-ins by curl",
    note: `${BY_NAME} status is in_progress, ok or error.`,
    settings: ({ origin, pingKey }) => `curl "${origin}/api/1/cron/my-job/${pingKey}/?status=ok"`,
  },
  {
    name: "Cronitor telemetry",
    note: `${BY_NAME} state is run, complete or fail. The host of Cronitor's own libraries is fixed: see docs/connect.`,
    settings: ({ origin, pingKey }) => `curl "${origin}/p/${pingKey}/my-job?state=complete"`,
  },
  {
    name: "Uptime Kuma push",
    note: `${BY_UUID} For borgmatic it is the push_url.`,
    settings: ({ origin, uuid }) => `${origin}/api/push/${uuid}?status=up&msg=OK&ping=`,
  },
  {
    name: "Dead Man's Snitch",
    note: BY_UUID,
    settings: ({ origin, uuid }) => `curl "${origin}/ping/${uuid}?m=done&s=$?"`,
  },
  {
    name: "Better Stack",
    note: `${BY_UUID} /fail or an exit status may follow.`,
    settings: ({ origin, uuid }) => `${origin}/api/v1/heartbeat/${uuid}`,
  },
  {
    name: "Honeybadger",
    note: BY_NAME,
    settings: ({ origin, pingKey }) =>
      `HONEYBADGER_ENDPOINT=${origin}\nHONEYBADGER_API_KEY=${pingKey}\nhb run --slug my-job -- ./backup.sh`,
  },
  {
    name: "Oh Dear, laravel-schedule-monitor",
    note: BY_UUID,
    settings: ({ origin }) => `OH_DEAR_PING_ENDPOINT_URL=${origin}/ping`,
  },
  { name: "Checkly", note: BY_UUID, settings: ({ origin, uuid }) => `${origin}/heartbeats/ping/${uuid}` },
  {
    name: "Cronhub",
    note: BY_UUID,
    settings: ({ origin, uuid }) =>
      ["start", "finish", "fail"].map((word) => `${origin}/${word}/${uuid}`).join("\n"),
  },
  {
    name: "Gatus external endpoints",
    note: BY_NAME,
    settings: ({ origin, pingKey }) =>
      `gatus-cli external-endpoint push --url ${origin} --token ${pingKey} --key my-job --success`,
  },
  {
    name: "Opsgenie heartbeats",
    note: BY_NAME,
    settings: ({ origin, pingKey }) =>
      `curl -H "Authorization: GenieKey ${pingKey}" ${origin}/v2/heartbeats/my-job/ping`,
  },
  {
    name: "AppSignal check-ins",
    note: `${BY_NAME} A start without a finish becomes overlong. Its logs go to the same address, and are not kept.`,
    settings: ({ origin, pingKey }) =>
      `APPSIGNAL_LOGGING_ENDPOINT=${origin}\nAPPSIGNAL_PUSH_API_KEY=${pingKey}`,
  },
  {
    name: "Alertmanager and Grafana webhooks",
    note: "Each alert that always fires, such as Watchdog, has a check of its own, by the label check or its name.",
    settings: ({ origin, pingKey }) => `webhook_configs:\n  - url: ${origin}/alertmanager/${pingKey}`,
  },
  {
    name: "Prometheus Pushgateway",
    note: "A push is a success of its job.",
    settings: ({ origin, pingKey }) =>
      `push_to_gateway("${origin}/pushgateway/${pingKey}", job="my-job", registry=registry)`,
  },
  {
    name: "JSON of your own",
    note: `${BY_NAME} kind is start, success, fail or log.`,
    settings: ({ origin, pingKey }) =>
      `curl -H "Authorization: Bearer ${pingKey}" \\\n  --json '{"check": "my-job", "kind": "success"}' ${origin}/v1/ping`,
  },
];

/** What MCP clients have in their configuration; most read this form. */
export function mcpSettings(origin: string, apiKey: string): string {
  const server = { type: "http", url: `${origin}/mcp`, headers: { Authorization: `Bearer ${apiKey}` } };
  return JSON.stringify({ mcpServers: { overdue: server } }, null, 2);
}
