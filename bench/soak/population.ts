import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const API_KEY = "soak-key-0123456789abcdef0123456789abcdef";

/** What the first start creates. */
export const BOOTSTRAP = {
  BOOTSTRAP_EMAIL: "ada@example.org",
  BOOTSTRAP_PASSWORD: "correct horse battery staple",
  BOOTSTRAP_PROJECT: "soak",
  BOOTSTRAP_API_KEY: API_KEY,
} as const;

const CHECKS = 400;
/** These are due every minute and are pinged by nobody but by chance, so that there are always alerts. */
const SHORT = 20;

/** Creates the checks of one project, with a webhook that takes their alerts. */
export async function populate(origin: string) {
  let taken = 0;
  const server = createServer((incoming, response) => {
    taken += 1;
    incoming.resume();
    response.end("ok");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens always has one
  const headers = { authorization: `Bearer ${API_KEY}` };
  const call = async (method: string, path: string, json?: object) => {
    const response = await fetch(origin + path, {
      method,
      headers: { ...headers, ...(json !== undefined && { "content-type": "application/json" }) },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const { items } = (await call("GET", "/v1/projects")) as { items: { id: string }[] };
  const project = `/v1/projects/${items[0]?.id ?? ""}`;
  const channel = await call("POST", `${project}/channels`, {
    kind: "webhook",
    name: "hook",
    settings: { url: `http://127.0.0.1:${port}/`, secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}` },
  });
  const paths: string[] = [];
  for (let number = 0; number < CHECKS; number += 1) {
    const everySeconds = number < SHORT ? 60 : 3_600;
    const made = await call("POST", `${project}/checks`, {
      name: `job ${number}`,
      schedule: { kind: "interval", everySeconds },
      graceSeconds: 60,
      channelIds: [channel["id"]],
    });
    if (number >= SHORT) paths.push(new URL(String(made["pingUrl"])).pathname);
  }
  const pages = ["/checks", "/incidents", "/events", "/deliveries", "/checks?q=job", "/activity"];
  let turn = 0;
  return {
    paths,
    hooks: () => taken,
    read: () => ({ path: `${project}${pages[(turn += 1) % pages.length] ?? ""}`, headers }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
