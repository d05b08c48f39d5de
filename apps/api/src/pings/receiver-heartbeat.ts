import { type Agent, request } from "node:http";

/** The path that a receiver knocks at; behind it lies the same queue as behind every ping. */
export const HEARTBEAT_PATH = "/ping/canary";
export const HEARTBEAT_HEADER = "x-overdue-canary";

const EVERY_MS = 1_000;
const TIMEOUT_MS = 3_000;

/**
 * Pings itself through its own public door, each second and whenever asked, so that what is committed proves what
 * could be received. Answers functions to ask for one now and to stop.
 */
export function startHeartbeat(options: {
  address: { host: string; port: number };
  token: string;
  agent: Agent;
}): { now: () => void; stop: () => void } {
  let underWay = false;
  let again = false;
  const knock = () => {
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
          knock();
        }
      });
  };
  const timer = setInterval(knock, EVERY_MS);
  knock();
  return { now: knock, stop: () => clearInterval(timer) };
}

/** Failing is an answer too: the mark grows old, and nothing is judged. */
function sendHeartbeat({ address, token, agent }: Parameters<typeof startHeartbeat>[0]): Promise<void> {
  return new Promise((resolve) => {
    const knock = request(
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
    knock.on("timeout", () => knock.destroy());
    knock.on("error", () => resolve());
    knock.on("close", () => resolve());
    knock.end();
  });
}
