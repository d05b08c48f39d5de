import { once } from "node:events";
import { createServer } from "node:http";

import type { OpenChannel } from "@overdue/channels";

/** Where the alerts of the self-test end: a server of this process, reached as any provider is. */
export type SelfTestReceiver = { url: string; channel: OpenChannel; close(): Promise<void> };

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
