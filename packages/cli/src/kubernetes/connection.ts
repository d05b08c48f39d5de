import { Agent, request } from "node:https";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { createInterface } from "node:readline";

import { z } from "zod";

import { CommandError } from "../errors.ts";
import type { Access } from "./access.ts";

// Lists and watches need little of Kubernetes' client library, which would be most of the command's one file.

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

/** Connects to a cluster's API: each call makes one request, which carries the token of that moment. */
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
      throw new CommandError(`The cluster answers ${response.statusCode} to ${path}: ${messageOf(body)}`);
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
        throw new CommandError(`The cluster answers ${response.statusCode} to a watch of ${path}.`);
      for await (const line of createInterface({ input: response, crlfDelay: Infinity })) yield eventIn(line);
    },
  };
}

const Metadata = z.object({
  metadata: z.object({ resourceVersion: z.string().default(""), continue: z.string().optional() }),
});

/** Every page of a list, and the version as of which it is. */
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

/** Reads a line of a watch. Throws `Expired`, or a `CommandError`, for the object by which the cluster says that it failed. */
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
    throw new CommandError(`The cluster ended a watch: ${message}`);
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
