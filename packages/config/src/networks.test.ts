import { expect, test } from "vitest";

import { isAllowed, isPublic, parseNetworks, whyOutOfReach } from "./networks.ts";

const NOT_PUBLIC = `
  0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
  192.0.0.1 192.0.2.1 192.168.0.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
  240.0.0.1 255.255.255.255 168.63.129.16 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe
  64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 fc00::1 fd12::1
  fe80::1 ff02::1 5f00::1 4000::1
`
  .trim()
  .split(/\s+/);

test.each([...NOT_PUBLIC, "not an address", "", "127.0.0.1 "])("%s is not public", (address) => {
  expect(isPublic(address)).toBe(false);
});

test.each(["1.1.1.1", "93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])(
  "%s is public",
  (address) => {
    expect(isPublic(address)).toBe(true);
  },
);

test.each([
  ["10.0.0.7", true],
  ["10.0.1.7", false],
  ["192.168.1.5", true],
  ["192.168.1.6", false],
  ["fd00::5", true],
  ["fe00::5", false],
  ["::ffff:10.0.0.7", true],
  ["nonsense", false],
])("%s within 10.0.0.0/24, 192.168.1.5, fd00::/8 is %s", (address, allowed) => {
  const networks = parseNetworks(["10.0.0.0/24", "192.168.1.5", "fd00::/8"]);
  expect(isAllowed(address, networks)).toBe(allowed);
});

test.each([
  ["http://192.168.1.5/hook", "is private"],
  ["http://[fd00::1]/hook", "is private"],
  ["http://127.0.0.1:9000/hook", "is private"],
  ["http://localhost:3000/hook", "is private"],
  ["https://grafana/hook", "is private"],
  ["https://nas.local/hook", "is private"],
  ["https://example.org:3000/hook", "The port is not one of 80, 443, 8080, 8443."],
  ["http://8.8.8.8:25/", "The port is not one of"],
])("%s is known to be out of reach before anything is sent there", (url, because) => {
  expect(whyOutOfReach(url, [])).toContain(because);
});

test.each(["https://example.org/hook", "https://example.org:8443/", "http://8.8.8.8/", "no URL", ""])(
  "nothing is said against %j",
  (url) => {
    expect(whyOutOfReach(url, [])).toBeNull();
  },
);

test("an address in a network that the operator allowed is in reach, and names are given the benefit of the doubt", () => {
  const allowed = parseNetworks(["192.168.0.0/16"]);
  expect(whyOutOfReach("http://192.168.1.5:9000/hook", allowed)).toBeNull();
  expect(whyOutOfReach("http://nas.local:9000/hook", allowed)).toBeNull();
  expect(whyOutOfReach("http://10.0.0.1/hook", allowed)).toContain("is private");
});
