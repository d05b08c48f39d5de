import type { Target } from "../config.ts";
import type { Machine } from "../machine.ts";
import { deliver, type Ping } from "../report/deliver.ts";
import { sleep } from "../sleep.ts";
import type { Report } from "./state.ts";

const WAIT_MS = { first: 1_000, most: 30_000 };
/** Beyond this the oldest reports of a check are dropped; the agent compares with Overdue when it is started again. */
const WAITING_MAX = 1_000;

type ReportsOptions = {
  say: (sentence: string) => void;
  /** The end of a pod's output; empty where it is not to be had. */
  output: (pod: NonNullable<Report["pod"]>) => Promise<string>;
};

/** Sends the reports of each check in their order, and each as often as it takes. */
export class Reports {
  readonly #queues = new Map<string, { report: Report; target: Target }[]>();
  readonly #machine: Machine;
  readonly #options: ReportsOptions;
  #stopped = false;

  constructor(machine: Machine, options: ReportsOptions) {
    // Another pod's name after each restart would look like another machine.
    this.#machine = { ...machine, host: "kubernetes" };
    this.#options = options;
  }

  add(target: Target, report: Report): void {
    const queue = this.#queues.get(target.pingUrl);
    if (queue === undefined) {
      const begun = [{ report, target }];
      this.#queues.set(target.pingUrl, begun);
      void this.#drain(target.pingUrl, begun);
    } else {
      // The first one is under way.
      if (queue.length >= WAITING_MAX) queue.splice(1, 1);
      queue.push({ report, target });
    }
  }

  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { length }) => sum + length, 0);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #drain(key: string, queue: { report: Report; target: Target }[]): Promise<void> {
    for (let first = queue[0]; first !== undefined && !this.#stopped; first = queue[0]) {
      await this.#send(first);
      queue.shift();
    }
    this.#queues.delete(key);
  }

  async #send({ report, target }: { report: Report; target: Target }): Promise<void> {
    const output =
      report.kind === "fail" && report.pod !== null ? await this.#options.output(report.pod) : "";
    const ping = pingOf(report, output);
    const url = new URL(target.pingUrl);
    if (report.dueAt !== null) url.searchParams.set("due", new Date(report.dueAt).toISOString());
    for (let waitMs = WAIT_MS.first; !this.#stopped; waitMs = Math.min(waitMs * 2, WAIT_MS.most)) {
      const delivery = await deliver(this.#machine, { ...target, pingUrl: url.href }, { ping });
      if (delivery.kind === "delivered") return;
      this.#options.say(`the report of ${target.name} was not taken: ${delivery.why}`);
      if (delivery.kind === "refused") return;
      await sleep(waitMs);
    }
  }
}

function pingOf({ kind, runId, exitStatus, text, at, pod, reason, cronJob }: Report, output: string): Ping {
  const action =
    kind === "success"
      ? ""
      : kind === "fail" && exitStatus !== null && exitStatus > 0
        ? String(exitStatus)
        : kind;
  const facts = {
    namespace: cronJob.namespace,
    cronJob: cronJob.name,
    ...(pod !== null && { pod: pod.name }),
    ...(typeof pod?.node === "string" && { kubernetesNode: pod.node }),
    ...(reason !== null && { kubernetesReason: reason }),
  };
  return {
    action,
    runId,
    moment: { moment: { at, uptime: null }, bootId: null },
    body: Buffer.from(output === "" ? text : `${text}\n\nThe end of its output:\n${output}`),
    facts,
  };
}
