import { expect, test } from "vitest";

import { untrustedProxySentence, watchProxies } from "./client-address.ts";

const CLIENT = "203.0.113.9";

function findings(
  trusted: readonly string[],
  peers: readonly (string | undefined)[],
  forwardedFor?: string,
): string[] {
  const found: string[] = [];
  const watch = watchProxies(trusted, (peer) => found.push(peer));
  for (const socketAddress of peers) watch({ socketAddress, forwardedFor });
  return found;
}

test("a proxy in a private network that TRUST_PROXY does not name is found, once", () => {
  expect(findings(["127.0.0.0/8"], ["172.18.0.1", "::ffff:172.18.0.1", "10.1.2.3"], CLIENT)).toEqual([
    "172.18.0.1",
    "10.1.2.3",
  ]);
  expect(untrustedProxySentence("172.18.0.1")).toContain("set TRUST_PROXY to 172.18.0.1");
});

test("a proxy that it names is not, nor a visitor without a forwarded header, nor a stranger who makes one up", () => {
  expect(findings(["172.16.0.0/12"], ["172.18.0.1"], CLIENT)).toEqual([]);
  expect(findings([], ["172.18.0.1"])).toEqual([]);
  expect(findings([], ["198.51.100.7", undefined], CLIENT)).toEqual([]);
});
