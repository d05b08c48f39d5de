import { openMachine } from "../machine.ts";
import { freePort } from "../../support/steps.ts";
import type { Tried } from "../../support/try-all.ts";
import { channelSteps } from "./channel-steps.ts";
import { answers, ask } from "./local.ts";

/** Alertmanager ends an alert by itself unless it says for how long it holds; the recovery ends it at once. */
const FOREVER = "2099-01-01T00:00:00Z";

/** A webhook with a body of one's own, to the API that Prometheus posts to. */
export const alertmanager: Tried = {
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
      await answers(`${origin}/-/ready`);
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
          await answers(`${origin}/-/ready`);
        },
        target: null,
      });
    } finally {
      await machine.remove();
    }
  },
};
