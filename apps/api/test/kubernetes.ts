import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Stored = { metadata: { uid: string; resourceVersion?: string } & Record<string, unknown> } & Record<
  string,
  unknown
>;
const LISTS = {
  "/apis/batch/v1/cronjobs": "cronjobs",
  "/apis/batch/v1/jobs": "jobs",
  "/api/v1/pods": "pods",
} as const;
type Kind = (typeof LISTS)[keyof typeof LISTS];

/**
 * What the agent asks of Kubernetes' API server, answered as 1.37 does: lists, and watches from a version on. A version from
 * before `expire` is answered by the one ERROR object with the code 410.
 */
export class KubernetesApi {
  #version = 1;
  #oldest = 0;
  readonly #objects: Record<Kind, Map<string, Stored>> = {
    cronjobs: new Map(),
    jobs: new Map(),
    pods: new Map(),
  };
  readonly #changes: { kind: Kind; line: string; version: number }[] = [];
  readonly #watches = new Set<{ kind: Kind; response: ServerResponse }>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  /** Starts to listen. @returns its address */
  async start(): Promise<string> {
    await new Promise<void>((done) => void this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  put(kind: Kind, object: Stored): void {
    this.#write(kind, this.#objects[kind].has(object.metadata.uid) ? "MODIFIED" : "ADDED", object);
  }

  remove(kind: Kind, object: Stored): void {
    this.#write(kind, "DELETED", object);
  }

  /** Forgets all versions so far, and ends the watches. */
  expire(): void {
    this.#version += 1;
    this.#oldest = this.#version;
    this.#endWatches();
  }

  stop(): void {
    this.#endWatches();
    this.#server.close();
  }

  #endWatches(): void {
    for (const { response } of this.#watches) response.end();
    this.#watches.clear();
  }

  #write(kind: Kind, type: string, object: Stored): void {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    if (type === "DELETED") this.#objects[kind].delete(object.metadata.uid);
    else this.#objects[kind].set(object.metadata.uid, object);
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#changes.push({ kind, line, version: this.#version });
    for (const watch of this.#watches) if (watch.kind === kind) watch.response.write(line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", "http://api");
    const kind = LISTS[url.pathname as keyof typeof LISTS];
    if (kind === undefined || request.headers.authorization !== "Bearer agenttoken")
      return void response.writeHead(403).end("{}");
    if (url.searchParams.has("watch"))
      return this.#watch(kind, { request, response, since: Number(url.searchParams.get("resourceVersion")) });
    const items = [...this.#objects[kind].values()];
    response.end(JSON.stringify({ metadata: { resourceVersion: String(this.#version) }, items }));
  }

  #watch(kind: Kind, { request, response, since }: Watching): void {
    response.writeHead(200, { "content-type": "application/json" });
    if (since < this.#oldest) {
      const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
      return void response.end(`${JSON.stringify({ type: "ERROR", object: gone })}\n`);
    }
    for (const change of this.#changes)
      if (change.kind === kind && change.version > since) response.write(change.line);
    response.flushHeaders();
    const watch = { kind, response };
    this.#watches.add(watch);
    request.once("close", () => this.#watches.delete(watch));
  }
}

type Watching = { request: IncomingMessage; response: ServerResponse; since: number };
