import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { cleanUp, overdue, place } from "../packages/cli/test/command.ts";
import { EXPORTS } from "../packages/cli/test/exports.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";

const API_KEY = `ovd_${"k".repeat(40)}`;

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let product: Product;
let checksPath: string;

beforeAll(async () => {
  data = await emptyDataDirectory();
  product = await startProduct(data.path, {
    BOOTSTRAP_EMAIL: "ada@example.org",
    BOOTSTRAP_PASSWORD: "correct horse battery",
    BOOTSTRAP_PROJECT: "Ops",
    BOOTSTRAP_PING_KEY: "import-ping-key",
    BOOTSTRAP_API_KEY: API_KEY,
  });
  const { items } = await ask<{ items: { id: string }[] }>("/v1/projects");
  checksPath = `/v1/projects/${items[0]?.id}/checks`;
});

afterAll(async () => {
  cleanUp();
  await product?.stop();
  await data?.remove();
});

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${product.origin}${path}`, {
    headers: { Authorization: `Bearer ${API_KEY}` },
  });
  return (await response.json()) as Answer;
}

type Check = { id: string; slug: string; status: string };

/** All checks, each with its old keys. */
async function allChecks(): Promise<object[]> {
  const { items } = await ask<{ items: Check[] }>(`${checksPath}?limit=200`);
  return await Promise.all(
    items.map(async (check) => ({ ...check, ...(await ask<object>(`${checksPath}/${check.id}/aliases`)) })),
  );
}

function runImport(name: string, url = product.origin) {
  const { env } = place();
  const file = join(data.path, `${name}.json`);
  writeFileSync(file, JSON.stringify(EXPORTS[name]));
  const known = { ...env, OVERDUE_URL: url, OVERDUE_API_KEY: API_KEY, OVERDUE_PING_KEY: "import-ping-key" };
  return overdue({ env: known }, ["import", name, "--file", file, "--json"]);
}

async function outcomeOf(run: ReturnType<typeof runImport>) {
  const { status, stdout, stderr } = await run.ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout.toString()) as { created: number; alreadyThere: number; completed: number };
}

test("an import that is killed before a check has its old key is completed by the next one, without a second check", async () => {
  let killed = false;
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "PUT" && request.url?.endsWith("/aliases") === true) {
      killed = run.child.kill("SIGKILL");
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const answer = await fetch(`${product.origin}${request.url}`, {
      method: request.method ?? "GET",
      headers: { Authorization: `Bearer ${API_KEY}`, "Content-Type": "application/json" },
      ...(parts.length > 0 && { body: Buffer.concat(parts) }),
    });
    response.writeHead(answer.status).end(await answer.text());
  };
  const proxy = createServer((request, response) => void pass(request, response));
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const run = runImport("kuma", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  expect((await run.ended).signal).toBe("SIGKILL");
  proxy.closeAllConnections();
  proxy.close();
  expect(killed).toBe(true);
  expect(await allChecks()).toMatchObject([{ slug: "backup-of-nas", aliases: [] }]);

  expect(await outcomeOf(runImport("kuma"))).toMatchObject({ created: 1, alreadyThere: 1, completed: 1 });
  const after = await allChecks();
  expect(after).toMatchObject([
    { slug: "backup-of-nas", aliases: [{ product: "uptime-kuma", key: "a1B2c3D4e5" }] },
    // Its key is too short to be one, which the report says.
    { slug: "sync", aliases: [] },
  ]);
  expect(await outcomeOf(runImport("kuma"))).toMatchObject({ created: 0, alreadyThere: 2, completed: 0 });
  expect(await allChecks()).toEqual(after);
});

test.each(Object.keys(EXPORTS).filter((name) => name !== "kuma"))(
  "a second import of the monitors of %s changes nothing",
  async (name) => {
    const before = await allChecks();
    const first = await outcomeOf(runImport(name));
    expect(first.created).toBeGreaterThan(0);
    const after = await allChecks();
    expect(after).toHaveLength(before.length + first.created);
    const second = await outcomeOf(runImport(name));
    const all = first.created + first.alreadyThere;
    expect(second).toMatchObject({ created: 0, alreadyThere: all, completed: 0 });
    expect(await allChecks()).toEqual(after);
  },
);
