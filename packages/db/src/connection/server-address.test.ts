import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { serverAddress } from "./server-address.ts";

test("a URL names the server, the database and who connects, percent-encoded where it must be", () => {
  expect(serverAddress("postgres://me%40work:p%3Ass%2F@db.example.org:6543/over%20due")).toEqual({
    host: "db.example.org",
    isPooled: false,
    port: 6543,
    database: "over due",
    username: "me@work",
    password: "p:ss/",
    ssl: false,
    settings: {},
  });
});

test("what a URL leaves out is libpq's default", () => {
  const { username } = userInfo();
  expect(serverAddress("postgresql://db")).toMatchObject({
    port: 5432,
    username,
    database: username,
    password: "",
  });
  expect(serverAddress("postgres://me@[::1]/x")).toMatchObject({ host: "::1", port: 5432 });
});

test.each(["postgres://me@/x?host=/var/run/postgresql", "postgres://me@%2Fvar%2Frun%2Fpostgresql/x"])(
  "a Unix socket is found by its folder: %s",
  (url) => {
    expect(serverAddress(url)).toMatchObject({ path: "/var/run/postgresql/.s.PGSQL.5432", database: "x" });
  },
);

test("every other parameter of the URL is a setting of the session", () => {
  const { settings } = serverAddress(
    "postgres://db/x?options=-c%20work_mem%3D8MB&sslmode=disable&search_path=mine",
  );
  expect(settings).toEqual({ options: "-c work_mem=8MB", search_path: "mine" });
});

test.each([
  ["", false],
  ["sslmode=disable", false],
  ["sslmode=prefer", "prefer"],
  ["sslmode=require", { host: "db", rejectUnauthorized: false }],
  ["sslmode=no-verify", { host: "db", rejectUnauthorized: false }],
  ["sslmode=verify-full", { host: "db", rejectUnauthorized: true }],
  ["ssl=true", { host: "db", rejectUnauthorized: true }],
])("?%s encrypts and verifies as libpq does", (query, ssl) => {
  expect(serverAddress(`postgres://db/x?${query}`).ssl).toEqual(ssl);
});

test("certificates are read from the files that the URL names, and a root certificate is verified against", () => {
  const folder = mkdtempSync(join(tmpdir(), "overdue-test-certificates-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["root", "own", "key"]) writeFileSync(join(folder, name), name);
  const query = `sslmode=require&sslrootcert=${folder}/root&sslcert=${folder}/own&sslkey=${folder}/key`;
  expect(serverAddress(`postgres://db/x?${query}`).ssl).toEqual({
    host: "db",
    rejectUnauthorized: true,
    ca: Buffer.from("root"),
    cert: Buffer.from("own"),
    key: Buffer.from("key"),
  });
});
