import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";

import { parse } from "yaml";
import { z } from "zod";

import type { Machine } from "../machine.ts";
import { Failure } from "../usage-error.ts";

// Lists and watches need little of Kubernetes' client library, which would be most of the command's one file.

/** Where a cluster's API is, and how to prove who we are. */
type Access = {
  server: string;
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  isInsecure: boolean;
  /** A service account's token is renewed while we run, so that it is read anew for each request. */
  token: () => string | null;
};

const Named = z.object({ name: z.string() });
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

/** Reads `KUBECONFIG` or `~/.kube/config`, or, inside a pod, the pod's own account. Throws a `Failure` in a sentence. */
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
    throw new Failure(
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
    throw new Failure(`${path} cannot be read: set KUBECONFIG to the file that kubectl uses.`);
  }
  const { data, error } = Config.safeParse(parse(text));
  if (error === undefined) return data;
  throw new Failure(
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

/** A version that is no longer kept: everything is to be listed again. */
export class Expired extends Error {}

/** One change on a watch; `version` is where a later watch goes on. */
type WatchEvent = {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  object: unknown;
  version: string;
};

export type Listing = { items: unknown[]; version: string };

/** A cluster, as far as the agent reads it. */
export type Cluster = {
  list: (path: string) => Promise<Listing>;
  /** Ends when the API server ends it; throws `Expired` for a version that is too old. */
  watch: (path: string, version: string, signal: AbortSignal) => AsyncGenerator<WatchEvent>;
  /** The text of anything else. */
  text: (path: string) => Promise<string>;
};

const TIMEOUT_MS = 60_000;
const WATCH_SECONDS = 300;
const PAGE = 500;

export function connectCluster(access: Access): Cluster {
  const isPlain = access.server.startsWith("http:");
  const { ca, cert, key } = access;
  const agent = isPlain
    ? undefined
    : new Agent({ ca, cert, key, rejectUnauthorized: !access.isInsecure, keepAlive: true });
  const open = (path: string, signal: AbortSignal) =>
    new Promise<IncomingMessage>((done, fail) => {
      const token = access.token();
      const headers = {
        accept: "application/json",
        ...(token !== null && { authorization: `Bearer ${token}` }),
      };
      const begun = (isPlain ? plainRequest : request)(
        `${access.server}${path}`,
        { ...(agent && { agent }), headers, signal },
        done,
      );
      begun.once("error", fail);
      begun.end();
    });
  const text = async (path: string) => {
    const response = await open(path, AbortSignal.timeout(TIMEOUT_MS));
    let body = "";
    response.setEncoding("utf8");
    for await (const part of response) body += part;
    if (response.statusCode === 410) throw new Expired();
    if (response.statusCode !== 200)
      throw new Failure(`The cluster answers ${response.statusCode} to ${path}: ${messageOf(body)}`);
    return body;
  };
  return {
    text,
    list: (path) => listAll(text, path),
    watch: async function* (path, version, signal) {
      const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${encodeURIComponent(version)}`;
      const response = await open(`${path}${path.includes("?") ? "&" : "?"}${query}`, signal);
      if (response.statusCode === 410) throw new Expired();
      if (response.statusCode !== 200)
        throw new Failure(`The cluster answers ${response.statusCode} to a watch of ${path}.`);
      for await (const line of createInterface({ input: response, crlfDelay: Infinity })) yield eventIn(line);
    },
  };
}

const Metadata = z.object({
  metadata: z.object({ resourceVersion: z.string().default(""), continue: z.string().optional() }),
});

async function listAll(text: Cluster["text"], path: string): Promise<Listing> {
  const items: unknown[] = [];
  for (let more = ""; ;) {
    const query = `limit=${PAGE}${more === "" ? "" : `&continue=${encodeURIComponent(more)}`}`;
    const answer: unknown = JSON.parse(await text(`${path}${path.includes("?") ? "&" : "?"}${query}`));
    const page = Metadata.extend({ items: z.array(z.unknown()) }).parse(answer);
    items.push(...page.items);
    more = page.metadata.continue ?? "";
    if (more === "") return { items, version: page.metadata.resourceVersion };
  }
}

/** @throws Expired for the one object that says so */
function eventIn(line: string): WatchEvent {
  const event = z
    .object({ type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]), object: z.unknown() })
    .parse(JSON.parse(line));
  const { type, object } = event;
  if (type === "ERROR") {
    const { code, message } = z
      .object({ code: z.number().default(0), message: z.string().default("") })
      .parse(object);
    if (code === 410) throw new Expired();
    throw new Failure(`The cluster ended a watch: ${message}`);
  }
  return { type, object, version: Metadata.parse(object).metadata.resourceVersion };
}

function messageOf(body: string): string {
  try {
    return z.object({ message: z.string() }).parse(JSON.parse(body)).message;
  } catch {
    return body.slice(0, 200);
  }
}
