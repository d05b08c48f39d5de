import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { testCertificates } from "@overdue/testkit";
import { expect, inject, onTestFinished, test } from "vitest";

import { openPool } from "../database.ts";
import { Session } from "./session.ts";

const AUTHORITY = inject("postgresAuthority");
const IS_ENCRYPTED = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

test.each([
  ["sslmode=disable", false],
  ["", false],
  ["sslmode=prefer", true],
  ["sslmode=require", true],
  ["sslmode=no-verify", true],
  [`sslmode=require&sslrootcert=${AUTHORITY}`, true],
  [`sslmode=verify-ca&sslrootcert=${AUTHORITY}`, true],
  [`sslmode=verify-full&sslrootcert=${AUTHORITY}`, true],
])("a server with TLS is reached by ?%s, encrypted: %s", async (parameters, isEncrypted) => {
  expect(await encryptionOf("localhost", parameters)).toBe(isEncrypted);
});

test("a certificate for an address is accepted for that address", async () => {
  const parameters = `sslmode=verify-full&sslrootcert=${AUTHORITY}`;
  expect(await encryptionOf("127.0.0.1", parameters)).toBe(true);
});

test.each([
  ["whose authority is unknown", "localhost", "sslmode=verify-full", /unable to verify|self.signed/],
  [
    "whose authority is unknown, whatever its name",
    "localhost",
    "sslmode=verify-ca",
    /unable to verify|self.signed/,
  ],
  ["for another name", "127.1", `sslmode=verify-full&sslrootcert=${AUTHORITY}`, /altnames/],
  ["for another address", "[::ffff:127.0.0.1]", `sslmode=verify-full&sslrootcert=${AUTHORITY}`, /altnames/],
])("a certificate %s is refused", async (_, host, parameters, reason) => {
  await expect(encryptionOf(host, parameters)).rejects.toThrow(reason);
});

test("verify-ca accepts another name, as libpq does", async () => {
  expect(await encryptionOf("127.1", `sslmode=verify-ca&sslrootcert=${AUTHORITY}`)).toBe(true);
});

test("an own authority other than the server's is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "overdue-test-authority-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const other = join(folder, "other.pem");
  writeFileSync(other, testCertificates.selfSigned.cert);
  await expect(encryptionOf("localhost", `sslmode=verify-full&sslrootcert=${other}`)).rejects.toThrow(
    /unable to verify|self.signed|local issuer/,
  );
});

test.each(["require", "verify-full"])(
  "a server without TLS gets no password where sslmode is %s",
  async (mode) => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.write("N"));
      socket.on("data", (data: Buffer) => received.push(data));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : null;
    const url = `postgres://postgres:secret-password@127.0.0.1:${port}/postgres?sslmode=${mode}`;
    const session = new Session({ url, name: "test", connectTimeoutMs: 500 });
    await expect(session.query("select 1")).rejects.toThrow(/./);
    await session.end();
    expect(Buffer.concat(received).toString("latin1")).not.toMatch(/secret-password|postgres/);
  },
);

test("transactions and prepared statements work through TLS, several at once", async () => {
  const url = urlOf("localhost", `sslmode=verify-full&sslrootcert=${AUTHORITY}`);
  const pool = openPool({ url, max: 3, name: "test" });
  onTestFinished(() => pool.end());
  const sums = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((n) =>
      pool.transaction(async (client) => {
        const [row] = await client.query<{ sum: number }>("select $1::int + 1 as sum", [n]);
        return row?.sum;
      }),
    ),
  );
  expect(sums).toEqual([2, 3, 4, 5, 6, 7]);
});

async function encryptionOf(host: string, parameters: string): Promise<boolean | undefined> {
  const session = new Session({ url: urlOf(host, parameters), name: "test" });
  try {
    const [row] = await session.query<{ ssl: boolean }>(IS_ENCRYPTED);
    return row?.ssl;
  } finally {
    await session.end();
  }
}

function urlOf(host: string, parameters: string): string {
  const url = inject("postgresUrl").replace("127.0.0.1", host);
  return `${url}/postgres?${parameters}`;
}
