import { openMachine } from "../servers/machine.ts";
import { eventually, freePort } from "../support/steps.ts";
import type { Trial } from "../support/try-all.ts";
import { withOverdue } from "./harness/shared.ts";

/** Alertmanager's webhook with a ping URL, as for Prometheus' Watchdog alert. */
export const alertmanager: Trial = {
  name: "alertmanager",
  run: withOverdue(async (steps, overdue) => {
    const machine = await openMachine();
    try {
      steps.version = await machine.install("prometheus-alertmanager");
      const [check, port] = [await overdue.addCheck(), await freePort()];
      const group = "group_wait: 1s, group_interval: 2s, repeat_interval: 2s";
      const hook = `webhook_configs: [{url: "${check.pingUrl}", send_resolved: false}]`;
      await machine.write(
        "/etc/am.yml",
        `route: {receiver: ping, ${group}}\nreceivers: [{name: ping, ${hook}}]\n`,
      );
      machine.start(
        `prometheus-alertmanager --config.file=/etc/am.yml --storage.path=/var/lib/am --cluster.listen-address= --web.listen-address=127.0.0.1:${port}`,
      );
      const alert = [{ labels: { alertname: "Watchdog" }, endsAt: "2099-01-01T00:00:00Z" }];
      const post = async () => {
        const { ok } = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(alert),
        });
        return ok ? true : null;
      };
      await eventually(post, "a response of Alertmanager");
      await steps.step("each repeat is a success", /^success \(\d+ bytes\), success \(\d+ bytes\)/, () =>
        eventually(async () => {
          const seen = await overdue.seen(check);
          return seen.split("success").length > 2 ? seen : null;
        }, "a second ping"),
      );
    } finally {
      await machine.remove();
    }
  }),
};
