import type { HttpRequest } from "@overdue/channels";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import { startFakeWebhook, testCertificates, type FakeWebhook } from "@overdue/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { openEgress, type Egress, type EgressOptions } from "./egress.ts";

/** Ways to write an address inside; every one of them has fooled a guard somewhere. */
const INSIDE = `
  127.0.0.1 localhost 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 017700000001 0177.0.0.1 0 0.0.0.0
  127.0.0.1. ①②⑦.0.0.1 127。0。0。1 127.127.127.127 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1]
  [::127.0.0.1] [0:0:0:0:0:ffff:127.0.0.1] 169.254.169.254 [fd00:ec2::254] 10.0.0.1 192.168.1.1
  172.16.0.1 100.100.100.200 168.63.129.16 [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] 224.0.0.1
`
  .trim()
  .split(/\s+/);

let inside: FakeWebhook;
let port: number;
const opened: Egress[] = [];

beforeAll(async () => {
  inside = await startFakeWebhook();
  port = Number(new URL(inside.url).port);
});
afterEach(() => Promise.all(opened.splice(0).map((egress) => egress.close())));
afterAll(() => inside.close());

describe("a tenant's address", () => {
  test.each(INSIDE)("%s is refused and never connected to", async (host) => {
    const before = inside.received.length;
    const answer = await egress().send(to(`http://${host}:${port}/hook`));
    expect(answer).toMatchObject({ failed: expect.stringContaining("private"), uncertain: false });
    expect(inside.received.length).toBe(before);
  });

  test("whose name has one private answer among public ones is refused", async () => {
    const resolve = () => Promise.resolve([inet("93.184.216.34"), inet("127.0.0.1")]);
    expect(await egress({ resolve }).send(to(`http://mixed.example:${port}/`))).toMatchObject({
      failed: expect.stringContaining("private"),
    });
  });

  test("whose name changes its mind is refused from then on", async () => {
    const answers = ["127.0.0.2", "127.0.0.1"];
    const resolve = () => Promise.resolve([inet(answers.shift() ?? "127.0.0.1")]);
    const rebinding = egress({ resolve, allowedNetworks: ["127.0.0.2"] });
    const url = `http://rebind.example:${port}/hook`;
    await rebinding.send(to(url)); // 127.0.0.2 plays the public address; nobody listens there
    expect(await rebinding.send(to(url))).toMatchObject({ failed: expect.stringContaining("private") });
  });

  test("is reached where the operator allowed its network, at any port", async () => {
    const open = egress({ allowedNetworks: ["127.0.0.0/8"], ports: new Set([443]) });
    expect(await open.send(to(inside.url))).toMatchObject({ status: 200, body: "ok" });
  });

  test("at another port than a web server's is refused", async () => {
    const narrow = egress({
      ports: new Set([80, 443]),
      resolve: () => Promise.resolve([inet("93.184.216.34")]),
    });
    expect(await narrow.send(to("http://public.example:25/"))).toMatchObject({
      failed: expect.stringMatching(/^The port is not one of 80, 443\. .*ALLOW_PRIVATE_NETWORKS/),
    });
  });

  test.each([301, 302, 307, 308])("that answers %i leads nowhere else", async (status) => {
    inside.next({ status, headers: { location: `http://127.0.0.1:${port}/secret` } });
    const before = inside.received.length;
    expect(await allowing().send(to(inside.url))).toMatchObject({ status });
    expect(inside.received.slice(before).map((request) => request.path)).toEqual(["/hook"]);
  });
});

describe("a provider's address", () => {
  const slack = (url: string): HttpRequest => ({ ...to(url), onlyHosts: ["slack.com"] });

  test.each(["http://hooks.slack.com.evil.example/x", "http://evilslack.com/x", "http://example.org/x"])(
    "%s is not at slack.com",
    async (url) => {
      const resolve = () => Promise.resolve([inet("93.184.216.34")]);
      expect(await egress({ resolve }).send(slack(url))).toEqual({
        failed: "The address is not at slack.com.",
        uncertain: false,
        refused: true,
      });
    },
  );

  test("may stand in a network that the operator allowed", async () => {
    expect(await allowing().send(slack(inside.url))).toMatchObject({ status: 200 });
  });

  test("that the operator set is trusted", async () => {
    expect(await egress().send({ ...to(inside.url), trusted: true })).toMatchObject({ status: 200 });
  });
});

describe("what goes wrong", () => {
  test("a name that does not exist is said to be so", async () => {
    const resolve = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
    expect(await egress({ resolve }).send(to("http://nowhere.example/"))).toEqual({
      failed: "The host's name could not be resolved.",
      uncertain: false,
    });
  });

  test.each([
    ["selfSigned", "The server's certificate is self-signed."],
    ["expired", "The server's certificate has expired."],
    ["elsewhere", "The server's certificate is for another host name than the address has."],
    ["good", "The server's certificate is signed by an authority that is not known here"],
  ] as const)("a certificate that is %s is said to be so", async (name, sentence) => {
    const server = createServer(testCertificates[name], (_, response) => response.end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port: at } = server.address() as AddressInfo; // a TCP server that listens always has one
    const trusting = name === "expired" || name === "elsewhere";
    const ca = trusting ? testCertificates.authority : undefined;
    const answer = await allowing({ ca }).send(to(`https://127.0.0.1:${at}/`));
    server.close();
    expect(answer).toMatchObject({ failed: expect.stringContaining(sentence), uncertain: false });
  });

  test("a server without TLS behind https:// is said to be so", async () => {
    expect(await allowing().send(to(inside.url.replace("http:", "https:")))).toEqual({
      failed: "The server does not speak TLS at this port.",
      uncertain: false,
    });
  });

  test("nobody listening is certain", async () => {
    expect(await allowing().send(to("http://127.0.0.3:1/"))).toEqual({
      failed: "The connection failed.",
      uncertain: false,
    });
  });

  test("no answer in time is uncertain", async () => {
    inside.next("hang");
    expect(await allowing({ timeoutMs: 200 }).send(to(inside.url))).toEqual({
      failed: "No answer within 0.2 s.",
      uncertain: true,
    });
  });

  test("a connection that breaks after the request is uncertain", async () => {
    inside.next("drop");
    expect(await allowing().send(to(inside.url))).toEqual({
      failed: "The connection broke before an answer came.",
      uncertain: true,
    });
  });

  test("of a huge answer only the beginning is read", async () => {
    inside.next({ status: 200, body: "x".repeat(5_000_000) });
    const answer = await allowing().send(to(inside.url));
    expect("status" in answer && answer.body.length).toBe(65_536);
  });
});

function egress(options: Partial<EgressOptions> = {}): Egress {
  const made = openEgress({ allowedNetworks: [], ports: new Set([80, port]), ...options });
  opened.push(made);
  return made;
}

function allowing(options: Partial<EgressOptions> = {}): Egress {
  return egress({ allowedNetworks: ["127.0.0.0/8"], ...options });
}

function to(url: string): HttpRequest {
  return { method: "POST", url, headers: {}, body: "{}", trusted: false, onlyHosts: null, signed: null };
}

function inet(address: string) {
  return { address, family: 4 };
}
