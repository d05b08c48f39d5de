import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { testCertificates } from "@overdue/testkit";
import { expect, test, vi } from "vitest";

import { dataDirectory, start, urlOf } from "../test/start.ts";

vi.setConfig({ testTimeout: 120_000 });

test("authorities and limits that are set for Node where Overdue is started hold in each of its programs", async () => {
  const dataDir = dataDirectory();
  const file = join(dataDir, "..", "authority.pem");
  writeFileSync(file, testCertificates.authority);
  const started = start(dataDir, {
    NODE_EXTRA_CA_CERTS: file,
    NODE_OPTIONS: "--max-old-space-size=345",
  });
  const { url } = await urlOf(started);
  const answer = (await (await fetch(`${url}/node`)).json()) as { heapBytesMax: number; authorities: number };
  expect(answer.authorities).toBe(1);
  expect(Math.floor(answer.heapBytesMax / 2 ** 20)).toBeLessThan(600);
});
