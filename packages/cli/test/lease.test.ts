import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, expect, test } from "vitest";

import { cleanUp, overdue, place } from "./command.ts";

afterAll(cleanUp);

test("a job whose lease went to another host is stopped at the next renewal, and the report says why", async () => {
  let asked = 0;
  const ended = Promise.withResolvers<Record<string, unknown>>();
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.url !== "/v1/lease") {
        if (/^\/ping\/key\/job\/(?:fail|\d+)/.test(request.url ?? ""))
          ended.resolve(JSON.parse(request.headers["overdue-facts"]?.toString() ?? "{}"));
        return response.end("OK");
      }
      asked += 1;
      const lease = { held: asked === 1, fence: 7, host: "other", since: "2026-12-01T02:00:00Z" };
      return response.end(JSON.stringify({ ...lease, expiresAt: "2026-12-01T02:01:00Z" }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const check = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/key/job`;
  const words = [
    "run",
    "--check",
    check,
    "--lock",
    "server",
    "--",
    "sh",
    "-c",
    "echo $OVERDUE_FENCE; exec sleep 600",
  ];
  const { status, signal, stdout } = await overdue(place(), words).ended;
  expect({ ended: signal ?? status, stdout: stdout.toString() }).toEqual({ ended: "SIGTERM", stdout: "7\n" });
  expect(await ended.promise).toMatchObject({ signal: "SIGTERM", leaseLost: true });
  server.closeAllConnections();
  server.close();
});
