import type { Config } from "@overdue/config";
import { keyringOf, openPool } from "@overdue/db";
import type { Logger } from "pino";

import { openEgress } from "../egress/egress.ts";
import { startForwarding } from "./forwarder.ts";
import { startPolling } from "./poller.ts";

/** A product that takes longer to take a ping is as good as one that is down. */
const FORWARD_MS_MAX = 5_000;
/** The list of some thousands of checks. */
const LIST_BYTES_MAX = 4_000_000;

/**
 * Forwards the pings of projects in shadow mode and asks their other products for verdicts. Its connections, to the
 * database and to the outside, are its own, so that no alert waits for it. @returns a function that stops it
 */
export function startShadowMode({
  config,
  databaseUrl,
  log,
}: {
  config: Config;
  databaseUrl: string;
  log: Logger;
}): () => Promise<void> {
  const pool = openPool({ url: databaseUrl, max: 2, name: "shadow mode" });
  const keyring = keyringOf(config.secretKeys);
  const guard = { allowedNetworks: config.allowedPrivateNetworks };
  const forwarding = openEgress({ ...guard, timeoutMs: FORWARD_MS_MAX });
  const asking = openEgress({ ...guard, answerBytesMax: LIST_BYTES_MAX });
  const { publicUrl } = config;
  const stops = [
    startForwarding({ pool, keyring, egress: forwarding, publicUrl, log }),
    startPolling({ pool, keyring, egress: asking, log, now: Date.now }),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
    await Promise.all([forwarding.close(), asking.close(), pool.end()]);
  };
}
