import { isIP } from "node:net";

/** What counts as one address: an IPv4 address, or the 64 bits of an IPv6 one that a single household has. */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = expanded(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff) return mapped(groups);
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups, whatever the notation. */
function expanded(address: string): number[] {
  const canonical = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [left = [], right = []] = canonical.split("::").map((side) => side.split(":").filter(Boolean));
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

/** An IPv4 address in the dress of an IPv6 one. */
function mapped([, , , , , , high = 0, low = 0]: readonly number[]): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
