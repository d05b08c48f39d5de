import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";

/** What a security key puts into its answers; each can be wrong, as an attacker's would be. */
type Wrong = { origin?: string; challenge?: string; rpId?: string; isVerified?: boolean; counter?: number };

/** A security key for tests (WebAuthn, ES256): it answers the options of the API as a browser does. */
export function securityKey(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const id = randomBytes(32);
  let counter = 0;
  const answer = (type: string, challenge: string, wrong: Wrong) => {
    counter += 1;
    const client = {
      type,
      challenge: wrong.challenge ?? challenge,
      origin: wrong.origin ?? origin,
      crossOrigin: false,
    };
    const rpIdHash = createHash("sha256")
      .update(wrong.rpId ?? new URL(origin).hostname)
      .digest();
    const flags = 1 | (wrong.isVerified === false ? 0 : 4) | (type === "webauthn.create" ? 64 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(wrong.counter ?? counter);
    return {
      client: Buffer.from(JSON.stringify(client)),
      data: Buffer.concat([rpIdHash, Buffer.of(flags), count]),
    };
  };
  const credential = (response: object) => ({
    id: id.toString("base64url"),
    rawId: id.toString("base64url"),
    type: "public-key",
    response,
    clientExtensionResults: {},
  });
  return {
    create: ({ challenge }: { challenge: string }, wrong: Wrong = {}) => {
      const { client, data } = answer("webauthn.create", challenge, wrong);
      const cose = cosePublicKey(Buffer.from(x, "base64url"), Buffer.from(y, "base64url"));
      const length = Buffer.of(0, id.length);
      const authData = Buffer.concat([data, Buffer.alloc(16), length, id, cose]);
      return credential({
        clientDataJSON: client.toString("base64url"),
        attestationObject: attestation(authData).toString("base64url"),
        transports: ["internal"],
      });
    },
    get: ({ challenge }: { challenge: string }, wrong: Wrong = {}) => {
      const { client, data } = answer("webauthn.get", challenge, wrong);
      const signed = Buffer.concat([data, createHash("sha256").update(client).digest()]);
      return credential({
        clientDataJSON: client.toString("base64url"),
        authenticatorData: data.toString("base64url"),
        signature: createSign("sha256").update(signed).sign(privateKey).toString("base64url"),
      });
    },
  };
}

/** CBOR of {fmt: "none", attStmt: {}, authData}. */
function attestation(authData: Buffer): Buffer {
  const length = Buffer.of(0x59, authData.length >> 8, authData.length & 255);
  return Buffer.concat([
    Buffer.of(0xa3),
    text("fmt"),
    text("none"),
    text("attStmt"),
    Buffer.of(0xa0),
    text("authData"),
    length,
    authData,
  ]);
}

function text(word: string): Buffer {
  return Buffer.concat([Buffer.of(0x60 + word.length), Buffer.from(word)]);
}

/** CBOR of {1: 2, 3: -7, -1: 1, -2: x, -3: y}: an ES256 key as COSE writes it. */
function cosePublicKey(x: Buffer, y: Buffer): Buffer {
  const head = Buffer.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01);
  return Buffer.concat([head, Buffer.of(0x21, 0x58, 32), x, Buffer.of(0x22, 0x58, 32), y]);
}
