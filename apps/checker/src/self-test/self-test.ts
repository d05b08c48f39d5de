import { once } from "node:events";
import { createServer } from "node:http";
import type { OpenChannel } from "@overdue/channels";
import {
  ensureSelfTest,
  isDueToPing,
  noteHeartbeat,
  notifyOperators,
  openDb,
  type OwnerContact,
  pingOwnCheck,
  type Pool,
  type Problems,
  readProblems,
} from "@overdue/db";
import type { Logger } from "pino";
import type { Egress } from "../egress/egress.ts";

export type SelfTestOptions = {
  pool: Pool;
  /** How operators are notified. */
  ownerContact: OwnerContact;
  egress: Egress;
  /** SELF_HEARTBEAT_URL. */
  heartbeatUrl: string | null;
  log: Logger;
};

export const SELF_TEST_EVERY_SECONDS = 60;
/** How long after its last ping the check is pinged again, so that it can miss again. */
const MISS_EVERY_SECONDS = 300;

/**
 * The self-test: a check that misses its deadline on purpose, and whose alerts must arrive in a sender. While they do, a
 * heartbeat is sent to SELF_HEARTBEAT_URL; if any part of the way fails, it stops. @returns a function that runs it once
 */
export function openSelfTest(options: SelfTestOptions): () => Promise<void> {
  const report = problemsReporter(options.log);
  return () => runSelfTest(options, report);
}

/** Logs problems when they change, and when they are over. A terminal shows only the sentence, so that contains them. */
function problemsReporter(log: Logger): (problems: Problems) => void {
  let reported = "";
  return ({ broken, warnings }) => {
    const text = [...broken, ...warnings].join(" ");
    if (text === reported) return;
    if (text === "") log.info("Overdue works as it should again.");
    else log.error({ broken, warnings }, `Overdue does not work as it should: ${text}`);
    reported = text;
  };
}

async function runSelfTest(
  { pool, ownerContact, egress, heartbeatUrl, log }: SelfTestOptions,
  report: (problems: Problems) => void,
): Promise<void> {
  const db = openDb(pool);
  const check = await ensureSelfTest(db, ownerContact.keyring, Date.now());
  if (await isDueToPing(db, check, MISS_EVERY_SECONDS))
    await pingOwnCheck(pool, check.pingUuid, { kind: "success", text: "" });
  const problems = await readProblems(pool);
  report(problems);
  await notifyOperators(pool, { ...ownerContact, selfProjectId: check.projectId }, problems);
  if (problems.broken.length === 0 && heartbeatUrl !== null)
    await sendHeartbeat(heartbeatUrl, { pool, egress, log });
}

type HeartbeatParts = { pool: Pool; egress: Egress; log: Logger };

async function sendHeartbeat(url: string, { pool, egress, log }: HeartbeatParts): Promise<void> {
  const answer = await egress.send({
    method: "GET",
    url,
    headers: {},
    body: "",
    trusted: true,
    onlyHosts: null,
    signed: null,
  });
  if ("failed" in answer) log.warn({ because: answer.failed }, "The heartbeat of Overdue could not be sent.");
  else if (answer.status >= 300) log.warn({ status: answer.status }, "The heartbeat of Overdue was refused.");
  else await noteHeartbeat(pool);
}

/** The destination of the self-test's alerts: a server in this process, called like any provider. */
type SelfTestReceiver = { url: string; channel: OpenChannel; close(): Promise<void> };

export async function openSelfTestReceiver(): Promise<SelfTestReceiver> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(204).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    channel: receiverChannel(url),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function receiverChannel(url: string): OpenChannel {
  return {
    via: "http",
    request: ({ title }) => ({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title }),
      trusted: true,
      onlyHosts: null,
      signed: null,
    }),
    read: ({ status }) =>
      status === 204
        ? { outcome: "sent", providerRef: null, because: "Arrived in the checker itself." }
        : { outcome: "transient", because: `Status ${status}`, uncertain: false },
  };
}
