import { getCACertificates, setDefaultCACertificates } from "node:tls";

import {
  redisMissing,
  testCertificates,
  testDatabase,
  testRedisCluster,
  testRedisSentinel,
  type TestDatabase,
  type TestRedises,
} from "@overdue/testkit";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { newDue } from "../../test/due-delivery.ts";
import { deliveryJobs, openDeliveryQueue } from "./delivery-job.ts";

const trusted = getCACertificates("default");
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await database.drop();
});

const KINDS = [
  ["a cluster", testRedisCluster],
  ["the primary that sentinels name", testRedisSentinel],
] as const;

test.skipIf(redisMissing).each(KINDS)(
  "a delivery goes by %s that takes only TLS, once its authority is trusted",
  async (_, start) => {
    const servers = await startedOf(start);
    trustTheirAuthority(true);
    const queue = await openQueue(servers.url);
    const came: string[] = [];
    queue.process(({ deliveries }) => {
      came.push(...deliveries.map(({ deliveryId }) => deliveryId));
      return Promise.resolve();
    });
    const due = newDue();
    await queue.add(deliveryJobs([due]));
    await expect.poll(() => came).toEqual([due.deliveryId]);
  },
);

test.skipIf(redisMissing).each(KINDS)(
  "nothing is sent to %s whose certificate nobody trusted vouches for",
  async (_, start) => {
    const servers = await startedOf(start);
    trustTheirAuthority(false);
    const queue = await openQueue(servers.url);
    await expect(queue.add(deliveryJobs([newDue()]))).rejects.toThrow(Error);
  },
);

async function startedOf(start: (options: { tls: boolean }) => Promise<TestRedises>): Promise<TestRedises> {
  const servers = await start({ tls: true });
  onTestFinished(() => servers.stop());
  return servers;
}

/** As `NODE_EXTRA_CA_CERTS` does from the start of a process. */
function trustTheirAuthority(isTrusted: boolean): void {
  setDefaultCACertificates(isTrusted ? [...trusted, testCertificates.authority] : trusted);
}

async function openQueue(redisUrl: string) {
  const queue = await openDeliveryQueue({ databaseUrl: database.url, redisUrl, onError: () => undefined });
  onTestFinished(() => queue.close());
  return queue;
}
