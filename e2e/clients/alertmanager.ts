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

const RULE = `groups: [{name: w, rules: [{alert: Watchdog, expr: vector(1), labels: {severity: none}}]}]`;
const GOES_DOWN_MS = 240_000;

/** Prometheus with an alert that always fires, by Alertmanager to a check; then Prometheus stops. */
export const watchdog: Trial = {
  name: "watchdog",
  run: withOverdue(async (steps, overdue) => {
    const machine = await openMachine();
    try {
      const versions = [
        await machine.install("prometheus-alertmanager"),
        await machine.install("prometheus"),
      ];
      steps.version = versions.join(", Prometheus ");
      const [check, port, own] = [
        await overdue.addCheck({ schedule: { kind: "interval", everySeconds: 60 }, graceSeconds: 60 }),
        await freePort(),
        await freePort(),
      ];
      const group = "group_wait: 1s, group_interval: 2s, repeat_interval: 2s";
      const hook = `webhook_configs: [{url: "${overdue.origin}/alertmanager/${check.uuid}", send_resolved: true}]`;
      const alertmanagers = `alertmanagers: [{static_configs: [{targets: ["127.0.0.1:${port}"]}]}]`;
      await machine.write("/etc/am.yml", `route: {receiver: o, ${group}}\nreceivers: [{name: o, ${hook}}]\n`);
      await machine.write("/etc/rules.yml", RULE);
      await machine.write(
        "/etc/prom.yml",
        `global: {evaluation_interval: 1s}\nrule_files: [/etc/rules.yml]\nalerting: {${alertmanagers}}\n`,
      );
      machine.start(
        `prometheus-alertmanager --config.file=/etc/am.yml --storage.path=/var/lib/am --cluster.listen-address= --web.listen-address=127.0.0.1:${port}`,
      );
      const named = "echo $$ > /run/prometheus.pid; exec prometheus";
      machine.start(
        `bash -c '${named} --config.file=/etc/prom.yml --storage.tsdb.path=/var/lib/prom --rules.alert.resend-delay=1s --web.listen-address=127.0.0.1:${own}'`,
      );
      const successes = async () => (await overdue.seen(check)).split("success").length - 1;
      const atLeast = (count: number) => async () => ((await successes()) >= count ? "up" : null);
      await steps.step("while the alert fires, each message is a success", "up", () =>
        eventually(atLeast(3), "three pings"),
      );
      await machine.run("kill $(cat /run/prometheus.pid)");
      await steps.step("once Prometheus has stopped, the check goes down", '"down"', () =>
        eventually(
          async () => {
            const status = await overdue.field(check, "status");
            return status === '"down"' ? status : null;
          },
          "the end",
          GOES_DOWN_MS,
        ),
      );
    } finally {
      await machine.remove();
    }
  }),
};
