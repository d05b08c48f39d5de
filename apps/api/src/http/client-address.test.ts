import { expect, test } from "vitest";

import { clientAddressFinder, shownAddress } from "./client-address.ts";

test.each([
  ["nobody is trusted: the socket counts", [], "203.0.113.9", "10.0.0.1", "203.0.113.9"],
  ["a trusted proxy names the client", ["10.0.0.0/8"], "10.0.0.1", "203.0.113.9", "203.0.113.9"],
  [
    "what the client itself wrote is not believed",
    ["10.0.0.0/8"],
    "10.0.0.1",
    "1.1.1.1, 203.0.113.9",
    "203.0.113.9",
  ],
  ["two trusted proxies in a row", ["10.0.0.0/8"], "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"],
  ["only proxies: the farthest one", ["10.0.0.0/8"], "10.0.0.1", "10.0.0.2", "10.0.0.2"],
  [
    "a trusted proxy that writes nonsense is as far as we see",
    ["10.0.0.0/8"],
    "10.0.0.1",
    "unknown",
    "10.0.0.1",
  ],
  ["an IPv4-mapped IPv6 address", ["127.0.0.1"], "::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["IPv6 with brackets and port", ["::1"], "::1", "[2001:db8::1]:443", "2001:db8::1"],
  ["IPv4 with a port", ["::1/128"], "::1", "203.0.113.9:5123", "203.0.113.9"],
  ["an untrusted socket cannot speak for others", ["10.0.0.0/8"], "192.0.2.1", "203.0.113.9", "192.0.2.1"],
  ["no socket address at all", [], undefined, "203.0.113.9", null],
])("%s", (_, trusted, socketAddress, forwardedFor, expected) => {
  expect(clientAddressFinder(trusted)({ socketAddress, forwardedFor })).toBe(expected);
});

test.each([
  ["the first of several", "1.1.1.1, 203.0.113.9", "1.1.1.1"],
  ["the first without its port", "1.1.1.1:80, 203.0.113.9", "1.1.1.1"],
  ["IPv6 as it is written", "::ffff:1.1.1.1, 203.0.113.9", "::ffff:1.1.1.1"],
  ["not a text that is no address", "somebody, 203.0.113.9", "203.0.113.9"],
  ["no zone, which no database can store", "fe80::1%eth0, 203.0.113.9", "fe80::1"],
])("shown with a ping is %s", (_, forwardedFor, expected) => {
  expect(shownAddress({ socketAddress: "::1", forwardedFor }, "203.0.113.9")).toBe(expected);
});

test("shown with a ping is the socket's address where nobody may speak for others", () => {
  const hops = { socketAddress: "::ffff:192.0.2.1", forwardedFor: "1.1.1.1" };
  expect(shownAddress(hops, "192.0.2.1")).toBe("192.0.2.1");
});
