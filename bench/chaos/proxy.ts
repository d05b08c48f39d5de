import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** "black-hole": bytes are taken and kept until the next mode; "refuse": new and old connections are reset. */
type ProxyMode = "pass" | "delay" | "black-hole" | "refuse";

/** A proxy in front of a server: it delays, swallows and cuts what goes through it. */
export type Proxy = {
  port: number;
  set: (mode: ProxyMode, delayMs?: number) => void;
  /** Resets every connection once; new ones are taken. */
  cut: () => void;
  /** Ends a random connection in the middle of what it sends. */
  close: () => void;
};

type Pair = { client: Socket; server: Socket };

/** Starts a proxy on a free loopback port. `target`: the port of the server. */
export async function startProxy(target: () => number): Promise<Proxy> {
  let mode: ProxyMode = "pass";
  let delayMs = 0;
  const pairs = new Set<Pair>();
  const forward = (from: Socket, to: Socket) => {
    from.on("data", (bytes) => {
      if (mode === "black-hole") {
        from.pause();
        from.unshift(bytes);
        return;
      }
      if (mode !== "delay") return void to.write(bytes);
      // Equal delays keep the order.
      setTimeout(() => to.writable && to.write(bytes), delayMs);
    });
    from.on("error", () => undefined);
    from.on("close", () => to.destroy());
  };
  const server = createServer({ noDelay: true }, (client) => {
    if (mode === "refuse") return void client.resetAndDestroy();
    const pair = { client, server: connect({ port: target(), host: "127.0.0.1", noDelay: true }) };
    pairs.add(pair);
    forward(client, pair.server);
    forward(pair.server, client);
    client.on("close", () => pairs.delete(pair));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = () => {
    for (const { client, server: upstream } of pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  };
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    set: (next, ms = 0) => {
      mode = next;
      delayMs = ms;
      if (next === "refuse") cut();
      if (next !== "black-hole")
        for (const { client, server: upstream } of pairs) {
          client.resume();
          upstream.resume();
        }
    },
    cut,
    close: () => {
      cut();
      server.close();
    },
  };
}
