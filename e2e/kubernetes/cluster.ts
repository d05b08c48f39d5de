import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const SCRIPTS = import.meta.dirname;
const PORT = 26_443;

/** A new control plane of etcd, kube-apiserver and kube-controller-manager, as build.sh makes it in `folder`. */
export async function startCluster(folder: string) {
  await rm(join(folder, "run/etcd"), { recursive: true, force: true });
  await promisify(execFile)("bash", [join(SCRIPTS, "start.sh"), folder, String(PORT)]);
  const controllers = Number(await readFile(join(folder, "run/cm.pid"), "utf8"));
  return {
    holdControllers: () => process.kill(controllers, "SIGSTOP"),
    resumeControllers: () => process.kill(controllers, "SIGCONT"),
    stop: async () => void (await promisify(execFile)("bash", [join(SCRIPTS, "stop.sh"), folder])),
  };
}

export type Cluster = Awaited<ReturnType<typeof startCluster>>;

function open(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const headers = { authorization: "Bearer admintoken", "content-type": type };
  return new Promise((done, fail) => {
    const options = { method, rejectUnauthorized: false, headers };
    const asked = request(`https://127.0.0.1:${PORT}${path}`, options, done);
    asked.once("error", fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Asks the API server as the administrator. @throws for any answer but 2xx */
export async function kube(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await open(method, path, body);
  let text = "";
  for await (const part of response) text += String(part);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return JSON.parse(text);
  throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`);
}

/** A Job as a watch of the trial's own has seen it. Instants are epoch milliseconds. */
export type SeenJob = { name: string; createdAt: number; hasEnded: boolean; goneAt: number | null };
type JobChange = {
  type: string;
  object: {
    metadata: { uid: string; name: string; creationTimestamp: string };
    status?: { conditions?: { type: string }[] };
  };
};

/** Writes down each Job that there is from now on, by its UID: what the agent must have reported. */
export async function recordJobs(): Promise<ReadonlyMap<string, SeenJob>> {
  const jobs = new Map<string, SeenJob>();
  const path = "/apis/batch/v1/namespaces/default/jobs?watch=1&timeoutSeconds=7200";
  const response = await open("GET", path);
  const lines = createInterface({ input: response });
  lines.on("line", (line) => {
    const { type, object } = JSON.parse(line) as JobChange;
    const { uid, name, creationTimestamp } = object.metadata;
    const hasEnded = (object.status?.conditions ?? []).some((one) => /^(?:Complete|Failed)$/.test(one.type));
    const goneAt = type === "DELETED" ? Date.now() : null;
    jobs.set(uid, { name, createdAt: Date.parse(creationTimestamp), hasEnded, goneAt });
  });
  // The watch breaks off when the cluster is stopped.
  lines.on("error", () => {});
  return jobs;
}

/** A kubeconfig of the user "agent", who may do nothing until a role is bound to it. */
export const AGENT_KUBECONFIG = JSON.stringify({
  "current-context": "agent",
  clusters: [
    { name: "local", cluster: { server: `https://127.0.0.1:${PORT}`, "insecure-skip-tls-verify": true } },
  ],
  users: [{ name: "agent", user: { token: "agenttoken" } }],
  contexts: [{ name: "agent", context: { cluster: "local", user: "agent" } }],
});

type Shape = {
  schedule?: string;
  spec?: object;
  job?: object;
  pod?: object;
  annotations?: Record<string, string>;
};

/** A CronJob that runs each minute unless it says otherwise; the annotations tell the stand-in for the kubelet what to play. */
export function cronJob(
  name: string,
  { schedule = "* * * * *", spec = {}, job = {}, pod = {}, annotations = {} }: Shape,
) {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name, namespace: "default" },
    spec: {
      schedule,
      ...spec,
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          ...job,
          template: {
            metadata: { annotations },
            spec: { restartPolicy: "Never", containers: [{ name: "main", image: "x" }], ...pod },
          },
        },
      },
    },
  };
}

/** The least rights, as the chart gives them in one namespace. */
export async function grantLeastRights(): Promise<void> {
  const verbs = ["get", "list", "watch"];
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  const metadata = { name: "overdue-agent", namespace: "default" };
  await kube("POST", `${rbac}/roles`, {
    metadata,
    rules: [
      { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs },
      { apiGroups: [""], resources: ["pods"], verbs },
    ],
  });
  await kube("POST", `${rbac}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "agent" }],
  });
}
