import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** Passes connections on as they are, each to one of its processes in turn, and never tries another one. */
export type Balancer = {
  origin: string;
  add: (origin: string) => void;
  remove: (origin: string) => void;
  close: () => void;
};

/** Starts a balancer, which knows no process yet. */
export async function startBalancer(): Promise<Balancer> {
  let ports: number[] = [];
  let turn = 0;
  const portOf = (origin: string) => Number(new URL(origin).port);
  const server = createServer((client) => {
    turn += 1;
    const upstream = connect(ports[turn % ports.length] ?? 0, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    // A stream whose destination has closed is paused, and would never learn that its other side has ended too.
    upstream.on("close", () => client.resume());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens always has one
  return {
    origin: `http://127.0.0.1:${port}`,
    add: (origin) => void ports.push(portOf(origin)),
    remove: (origin) => (ports = ports.filter((each) => each !== portOf(origin))),
    close: () => server.close(),
  };
}
