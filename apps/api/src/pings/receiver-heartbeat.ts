import { type Agent, request } from "node:http";

/** The path of a receiver's heartbeat; behind it lies the same queue as behind every ping. */
export const HEARTBEAT_PATH = "/ping/heartbeat";
export const HEARTBEAT_HEADER = "x-overdue-heartbeat";

const EVERY_MS = 1_000;
const TIMEOUT_MS = 3_000;

/**
 * Sends a heartbeat to its own public address, each second and whenever asked, so that what is committed proves what
 * could be received. Returns functions that send one now and that stop.
 */
export function startHeartbeat(options: {
  address: { host: string; port: number };
  token: string;
  agent: Agent;
}): { now: () => void; stop: () => void } {
  let underWay = false;
  let again = false;
  const beat = () => {
    if (underWay) {
      again = true;
      return;
    }
    underWay = true;
    void sendHeartbeat(options)
      .catch(() => undefined)
      .finally(() => {
        underWay = false;
        if (again) {
          again = false;
          beat();
        }
      });
  };
  const timer = setInterval(beat, EVERY_MS);
  beat();
  return { now: beat, stop: () => clearInterval(timer) };
}

/** A heartbeat that fails is enough of a signal: the checkpoint grows old, and no deadline is evaluated. */
function sendHeartbeat({ address, token, agent }: Parameters<typeof startHeartbeat>[0]): Promise<void> {
  return new Promise((resolve) => {
    const beat = request(
      {
        ...address,
        path: HEARTBEAT_PATH,
        method: "POST",
        agent,
        timeout: TIMEOUT_MS,
        headers: { [HEARTBEAT_HEADER]: token, "Content-Length": 0 },
      },
      (response) => response.resume().on("end", resolve).on("error", resolve),
    );
    beat.on("timeout", () => beat.destroy());
    beat.on("error", () => resolve());
    beat.on("close", () => resolve());
    beat.end();
  });
}
