import { isIP } from "node:net";

import ipaddr from "ipaddr.js";

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** Address ranges, such as those of ALLOW_PRIVATE_NETWORKS. */
export type Networks = readonly { address: Ip; prefix: number }[];

const IPV6_GLOBAL = ipaddr.parseCIDR("2000::/3");
/** Azure's host agent: every registry lists its address as ordinary, but it is inside the network. */
const AZURE_WIRE_SERVER = "168.63.129.16";

/** Parses addresses (`10.0.0.7`) and networks (`fd00::/8`) that the configuration has validated already. */
export function parseNetworks(ranges: readonly string[]): Networks {
  return ranges.map((range) => {
    if (range.includes("/")) {
      const [address, prefix] = ipaddr.parseCIDR(range);
      return { address, prefix };
    }
    const address = ipaddr.parse(range);
    return { address, prefix: address.kind() === "ipv4" ? 32 : 128 };
  });
}

/**
 * Whether an address belongs to the public internet. Only addresses known to be public do: ordinary unicast, for IPv6 only
 * within 2000::/3. A mapped IPv4 address counts as IPv4.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  if (ip.range() !== "unicast" || ip.toString() === AZURE_WIRE_SERVER) return false;
  return !(ip instanceof ipaddr.IPv6) || isWithin(ip, { address: IPV6_GLOBAL[0], prefix: IPV6_GLOBAL[1] });
}

/** Whether the address is in one of the networks that the operator allowed. */
export function isAllowed(address: string, networks: Networks): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  return networks.some((network) => isWithin(ip, network));
}

function isWithin(ip: Ip, { address, prefix }: Networks[number]): boolean {
  if (ip instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && ip.match(address, prefix);
  return address instanceof ipaddr.IPv6 && ip.match(address, prefix);
}

/** Ports that a channel may use on the public internet. */
export const WEB_PORTS: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

export const PRIVATE_ADDRESS =
  "The address is private. The operator can allow its network with ALLOW_PRIVATE_NETWORKS.";

export function otherPort(ports: ReadonlySet<number>): string {
  return `The port is not one of ${[...ports].join(", ")}. Only a private network that the operator allows with ALLOW_PRIVATE_NETWORKS is reached at any port.`;
}

/**
 * Why a channel will not reach this URL, as far as that is known without a DNS lookup; null if nothing speaks against it.
 * `allowed`: ALLOW_PRIVATE_NETWORKS.
 */
export function whyOutOfReach(url: string, allowed: Networks): string | null {
  if (!URL.canParse(url)) return null;
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const isAddress = isIP(host) !== 0;
  if (isAddress ? isAllowed(host, allowed) : allowed.length > 0) return null;
  if (isAddress ? !isPublic(host) : isInternalName(host)) return PRIVATE_ADDRESS;
  const isWebPort = WEB_PORTS.has(Number(port || (protocol === "https:" ? 443 : 80)));
  return isWebPort ? null : otherPort(WEB_PORTS);
}

/** Whether no public name server knows this name (RFC 6761, RFC 6762, ICANN's "internal"). */
function isInternalName(host: string): boolean {
  return !host.includes(".") || /\.(local|localhost|internal|lan|home\.arpa)$/i.test(host);
}
