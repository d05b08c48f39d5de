import { openMachine } from "../machine.ts";
import { freePort } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { channelSteps } from "./channel-steps.ts";
import { untilItAnswers, ask } from "./local.ts";

/** Without an end, Alertmanager would end the alert by itself; so only the recovery ends it. */
const FOREVER = "2099-01-01T00:00:00Z";

/** A webhook with a custom body, to the API that Prometheus posts to. */
export const alertmanager: Trial = {
  name: "Alertmanager",
  run: async (steps) => {
    const machine = await openMachine();
    try {
      steps.version = await machine.install("prometheus-alertmanager");
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      await machine.write("/etc/am.yml", "route: {receiver: none}\nreceivers: [{name: none}]\n");
      const run = `prometheus-alertmanager --config.file=/etc/am.yml --storage.path=/var/lib/am --cluster.listen-address= --web.listen-address=127.0.0.1:${port}`;
      let server = machine.start(run);
      await untilItAnswers(`${origin}/-/ready`);
      const settings = {
        url: `${origin}/api/v2/alerts`,
        headers: { "Content-Type": "application/json" },
        body: `[{"labels":{"alertname":"overdue","check":$NAME_JSON},"endsAt":"${FOREVER}"}]`,
        upBody: `[{"labels":{"alertname":"overdue","check":$NAME_JSON},"endsAt":"$NOW"}]`,
      };
      const stop = async () => {
        await machine.run("pkill -x prometheus-aler || true");
        await server.stop();
      };
      await channelSteps(steps, {
        kind: "webhook",
        settings,
        wrong: {
          what: "a body that is not JSON",
          settings: { ...settings, body: "check" },
          expected: /^test (retry|sending|pending|failed).*400/,
        },
        has: async () => {
          const { body } = await ask(settings.url);
          return (JSON.parse(body) as object[]).length > 0 ? 1 : 0;
        },
        stop,
        start: async () => {
          server = machine.start(run);
          await untilItAnswers(`${origin}/-/ready`);
        },
        target: null,
      });
    } finally {
      await machine.remove();
    }
  },
};
