import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { parse } from "yaml";
import { z } from "zod";

import { CommandError } from "../errors.ts";
import type { Machine } from "../machine.ts";

/** Where a cluster's API is, and how to prove who we are. */
export type Access = {
  server: string;
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  isInsecure: boolean;
  /** A service account's token is renewed while we run, so that it is read anew for each request. */
  token: () => string | null;
};

/** An entry of one of its lists. */
const Named = z.object({ name: z.string() });
/** A kubeconfig, as far as it is read. */
const Config = z.object({
  "current-context": z.string().default(""),
  contexts: z.array(Named.extend({ context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(
    Named.extend({
      cluster: z.object({
        server: z.string(),
        "certificate-authority": z.string().optional(),
        "certificate-authority-data": z.string().optional(),
        "insecure-skip-tls-verify": z.boolean().default(false),
      }),
    }),
  ),
  users: z.array(
    Named.extend({
      user: z.object({
        token: z.string().optional(),
        tokenFile: z.string().optional(),
        "client-certificate": z.string().optional(),
        "client-certificate-data": z.string().optional(),
        "client-key": z.string().optional(),
        "client-key-data": z.string().optional(),
        exec: z
          .object({
            command: z.string(),
            args: z.array(z.string()).nullish(),
            env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
            apiVersion: z.string().optional(),
          })
          .optional(),
      }),
    }),
  ),
});

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Reads `KUBECONFIG` or `~/.kube/config`, or, inside a pod, the pod's own account. Throws a `CommandError` in a sentence. */
export function findAccess({ env, home }: Machine): Access {
  const inside = env["KUBERNETES_SERVICE_HOST"];
  if (env["KUBECONFIG"] === undefined && inside !== undefined) {
    const host = inside.includes(":") ? `[${inside}]` : inside;
    return {
      server: `https://${host}:${env["KUBERNETES_SERVICE_PORT"] ?? "443"}`,
      ca: readFileSync(`${ACCOUNT}/ca.crt`, "utf8"),
      isInsecure: false,
      token: () => readFileSync(`${ACCOUNT}/token`, "utf8").trim(),
    };
  }
  const path = (env["KUBECONFIG"] ?? "").split(":")[0] || `${home}/.kube/config`;
  return accessOf(path, env);
}

function accessOf(path: string, env: Machine["env"]): Access {
  const config = readKubeconfig(path);
  const context = config.contexts.find(({ name }) => name === config["current-context"])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined)
    throw new CommandError(
      `${path} names no cluster and user for its current-context: kubectl config use-context chooses one.`,
    );
  const file = (name: string | undefined, data: string | undefined) =>
    data === undefined
      ? name && readFileSync(resolve(dirname(path), name), "utf8")
      : Buffer.from(data, "base64").toString();
  const { exec } = user;
  return {
    server: cluster.server.replace(/\/+$/, ""),
    ca: file(cluster["certificate-authority"], cluster["certificate-authority-data"]),
    cert: file(user["client-certificate"], user["client-certificate-data"]),
    key: file(user["client-key"], user["client-key-data"]),
    isInsecure: cluster["insecure-skip-tls-verify"],
    token:
      exec === undefined
        ? () =>
            user.token ?? (user.tokenFile === undefined ? null : readFileSync(user.tokenFile, "utf8").trim())
        : credentials(exec, env),
  };
}

function readKubeconfig(path: string): z.infer<typeof Config> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new CommandError(`${path} cannot be read: set KUBECONFIG to the file that kubectl uses.`);
  }
  const { data, error } = Config.safeParse(parse(text));
  if (error === undefined) return data;
  throw new CommandError(
    `${path} is no kubeconfig: ${error.issues[0]?.path.join(".")} ${error.issues[0]?.message}.`,
  );
}

type Exec = NonNullable<z.infer<typeof Config>["users"][number]["user"]["exec"]>;

/** The token that a cloud's own program hands out, kept until a minute before its end. */
function credentials(
  { command, args, env: more, apiVersion }: Exec,
  env: Machine["env"],
): () => string | null {
  let kept: { token: string; until: number } | null = null;
  return () => {
    if (kept !== null && kept.until > Date.now()) return kept.token;
    const info = {
      apiVersion: apiVersion ?? "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: { interactive: false },
    };
    const set = Object.fromEntries((more ?? []).map(({ name, value }) => [name, value]));
    const text = execFileSync(command, args ?? [], {
      encoding: "utf8",
      env: { ...env, ...set, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    });
    const { status } = z
      .object({ status: z.object({ token: z.string(), expirationTimestamp: z.string().optional() }) })
      .parse(JSON.parse(text));
    const end = Date.parse(status.expirationTimestamp ?? "");
    kept = { token: status.token, until: Number.isNaN(end) ? Date.now() + 600_000 : end - 60_000 };
    return kept.token;
  };
}
