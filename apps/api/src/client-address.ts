import { BlockList, isIP } from "node:net";

/** What is known of a request's way here. */
export type Hops = { socketAddress: string | undefined; forwardedFor: string | undefined };

/**
 * Finds the client's address. `X-Forwarded-For` is walked from the right, where the nearest proxy wrote, as long as
 * the writer is one of the trusted networks; the first address that is not is the client. What stands left of it is
 * hearsay, and so is all of it when nobody is trusted.
 */
export function clientAddressFinder(trustedNetworks: readonly string[]): (hops: Hops) => string | null {
  const trusted = blockList(trustedNetworks);
  return ({ socketAddress, forwardedFor }) => {
    const named = (forwardedFor ?? "").split(",").map((part) => plain(part.trim()));
    let client: string | null = null;
    for (const address of [plain(socketAddress ?? ""), ...named.toReversed()]) {
      if (isIP(address) === 0) return client;
      client = address;
      if (!trusted.check(address, family(address))) return client;
    }
    return client;
  };
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    list.addSubnet(address, Number(bits ?? (isIP(address) === 6 ? 128 : 32)), family(address));
  }
  return list;
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** Without brackets, port, zone, or the IPv6 dress of an IPv4 address. */
function plain(address: string): string {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(address)?.[1] ?? address;
  const withoutPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(bare)?.[1] ?? bare;
  return withoutPort.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
