import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import { testCertificates } from "./certificates.ts";

/** A message as the browser would read it, with the headers and the token that the push service got. */
export type PushReceived = { text: string; headers: IncomingHttpHeaders; token: Record<string, unknown> };

type Answer = { status: number; body?: string; headers?: Record<string, string> };

/**
 * A push service and a browser in one: it accepts messages for one subscription, checks the sender's signature (RFC 8292), and
 * decrypts with the subscription's keys (RFC 8291). It follows the RFCs and shares no code with the sender.
 */
export async function startPushService() {
  const browser = makeBrowser();
  const received: PushReceived[] = [];
  const answers: Answer[] = [];
  const server = createServer(testCertificates.good, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = answers.shift() ?? { status: 201, headers: { location: "/message/1" } };
      if (answer.status < 300) received.push(read(request.headers, Buffer.concat(chunks), browser));
      response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `https://127.0.0.1:${port}/wpush/v2/abc`,
    p256dh: browser.keys.getPublicKey("base64url"),
    auth: browser.auth.toString("base64url"),
    received,
    /** Sets the response to the next message, instead of accepting it. */
    answerNext: (answer: Answer) => void answers.push(answer),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The keys of a browser's subscription. */
type Browser = { keys: ReturnType<typeof createECDH>; auth: Buffer };

function makeBrowser(): Browser {
  const keys = createECDH("prime256v1");
  keys.generateKeys();
  return { keys, auth: randomBytes(16) };
}

function read(headers: IncomingHttpHeaders, body: Buffer, browser: Browser): PushReceived {
  return { text: decryptPush(body, browser), headers, token: readToken(headers.authorization ?? "") };
}

/**
 * Decrypts RFC 8188 with the keys of RFC 8291: salt, record size, the sender's public key, and one record.
 * @throws if it was encrypted for other keys
 */
export function decryptPush(body: Buffer, { keys, auth }: Browser): string {
  const salt = body.subarray(0, 16);
  const senderKey = body.subarray(21, 21 + body.readUInt8(20));
  const shared = keys.computeSecret(senderKey);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), keys.getPublicKey(), senderKey]);
  const secret = Buffer.from(hkdfSync("sha256", shared, auth, info, 32));
  const part = (name: string, length: number) =>
    Buffer.from(hkdfSync("sha256", secret, salt, Buffer.from(`Content-Encoding: ${name}\0`), length));
  const record = body.subarray(21 + senderKey.length);
  const decipher = createDecipheriv("aes-128-gcm", part("aes128gcm", 16), part("nonce", 12));
  decipher.setAuthTag(record.subarray(-16));
  const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  // The delimiter 2 ends the last record; zeros may follow it.
  return plain.subarray(0, plain.lastIndexOf(2)).toString("utf8");
}

/** The claims of `vapid t=…, k=…`. @throws if the token was not signed with the key */
function readToken(authorization: string): Record<string, unknown> {
  const [, token = "", key = ""] = /^vapid t=([^,]+), ?k=(\S+)$/.exec(authorization) ?? [];
  const [head = "", claims = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const publicKey = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" as const };
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    publicKey,
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) throw new Error("The token was not signed with the key that was sent with it.");
  return JSON.parse(Buffer.from(claims, "base64url").toString("utf8"));
}
