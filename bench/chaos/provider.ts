import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { type Ledger, now, type ProviderCall } from "./ledger.ts";

/** How a hook behaves: "cut": it takes the message and breaks the connection off; "hang": it never answers and takes nothing. */
export type Mood = "ok" | "429" | "429-bare" | "500" | "hang" | "garbage" | "cut";
export const MOODS: readonly Mood[] = ["429", "429-bare", "500", "hang", "garbage", "cut"];

/** Receivers of webhooks, each with a behaviour that can be changed, on one port. */
export type Provider = {
  urlOf: (hook: number) => string;
  setMood: (hook: number, mood: Mood) => void;
  /** Whether a message of this type about the check was taken after `since`, for which a lost answer counts too. */
  notified: (checkId: string, type: string, since: number) => boolean;
  close: () => void;
};

/** Starts the provider; every call goes to the ledger. */
export async function startProvider(ledger: Ledger): Promise<Provider> {
  const moods = new Map<number, Mood>();
  const notified = new Map<string, number>();
  const server = createServer((incoming, response) => {
    void readCall(incoming).then(
      (call) => {
        const mood = moods.get(call.hook) ?? "ok";
        const outcome = OUTCOMES[mood];
        ledger.called({ ...call, outcome, at: now() });
        if (outcome !== "refused") notified.set(`${call.checkId} ${call.type}`, now());
        answer(mood, response);
      },
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return {
    urlOf: (hook) => `http://127.0.0.1:${port}/hook/${hook}`,
    setMood: (hook, mood) => void moods.set(hook, mood),
    notified: (checkId, type, since) => (notified.get(`${checkId} ${type}`) ?? -Infinity) > since,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const OUTCOMES: Record<Mood, ProviderCall["outcome"]> = {
  ok: "taken",
  cut: "lost",
  "429": "refused",
  "429-bare": "refused",
  "500": "refused",
  hang: "refused",
  garbage: "refused",
};

function answer(mood: Mood, response: ServerResponse): void {
  switch (mood) {
    case "ok":
      return void response.writeHead(200).end("ok");
    case "429":
      return void response.writeHead(429, { "retry-after": "3" }).end('{"retry_after":3}');
    case "429-bare":
      return void response.writeHead(429).end("slow down");
    case "500":
      return void response.writeHead(500).end("<html>oops</html>");
    case "garbage":
      return void response.socket?.end("\u0000\u0001 this is no HTTP \r\n\r\n");
    case "cut":
      return void response.socket?.resetAndDestroy();
    case "hang":
      return;
  }
}

async function readCall(incoming: IncomingMessage): Promise<Omit<ProviderCall, "outcome" | "at">> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const document: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const type = textAt(document, "type");
  const data = fieldOf(document, "data");
  return {
    hook: Number(/\d+$/.exec(incoming.url ?? "")?.[0] ?? 0),
    deliveryId: String(incoming.headers["webhook-id"]),
    type,
    checkId: textAt(fieldOf(data, "check"), "id"),
    incidentId: textAt(data, "incident_id"),
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : null;
}

function textAt(value: unknown, name: string): string {
  const found = fieldOf(value, name);
  return typeof found === "string" ? found : "";
}
