import { argon2, randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** OWASP's recommendation for argon2id: 19 MiB and two passes, which take about 30 ms. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const HASH_BYTES = 32;
const AT_ONCE_MAX = 2;
const WAITING_MAX = 500;

/** More people sign in at once than this process can check. */
export class TooManyPasswords extends Error {
  override name = "TooManyPasswords";
}

/** The hash of a password with a random salt: argon2id, in the usual notation `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await argon2id(password, { salt, memory: MEMORY_KIB, passes: PASSES, parallelism: 1 });
  return `${PREFIX}${unpaddedBase64(salt)}$${unpaddedBase64(hash)}`;
}

/**
 * Whether a password belongs to a hash: one of `hashPassword`, or of scrypt, as accounts had it before. Null stands for an
 * account that does not exist: its check takes as long, and fails.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (stored === null) return (await verifyArgon2(NOBODYS_HASH, password)) && false;
  return stored.startsWith("$argon2id$")
    ? await verifyArgon2(stored, password)
    : await verifyScrypt(stored, password);
}

/** Whether a hash was made in a way, or at a cost, that is no longer used. */
export function isOldHash(stored: string): boolean {
  return !stored.startsWith(PREFIX);
}

const PREFIX = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$`;
const NOBODYS_HASH = `${PREFIX}${"A".repeat(22)}$${"A".repeat(43)}`;
const NOTATION =
  /^\$argon2id\$v=19\$m=(?<memory>\d+),t=(?<passes>\d+),p=(?<parallelism>\d+)\$(?<salt>[\w+/]+)\$(?<hash>[\w+/]+)$/;

async function verifyArgon2(stored: string, password: string): Promise<boolean> {
  const { memory, passes, parallelism, salt = "", hash = "" } = NOTATION.exec(stored)?.groups ?? {};
  const expected = Buffer.from(hash, "base64");
  if (expected.length !== HASH_BYTES) throw new Error("A password's hash is malformed.");
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const actual = await argon2id(password, { salt: Buffer.from(salt, "base64"), ...cost });
  return timingSafeEqual(actual, expected);
}

type Cost = { salt: Buffer; memory: number; passes: number; parallelism: number };

function argon2id(password: string, { salt, ...cost }: Cost): Promise<Buffer> {
  const parameters = { message: password.normalize("NFKC"), nonce: salt, tagLength: HASH_BYTES, ...cost };
  return limitConcurrency(
    () =>
      new Promise((resolve, reject) => {
        argon2("argon2id", parameters, (error, key) => (error === null ? resolve(key) : reject(error)));
      }),
  );
}

/** `salt:key` in hexadecimal digits, by the parameters of better-auth. */
function verifyScrypt(stored: string, password: string): Promise<boolean> {
  const [salt = "", key = ""] = stored.split(":");
  const expected = Buffer.from(key, "hex");
  if (expected.length !== 64) throw new Error("A password's hash is malformed.");
  const cost = { N: 16_384, r: 16, p: 1, maxmem: 128 * 16_384 * 16 * 2 };
  return limitConcurrency(
    () =>
      new Promise((resolve, reject) => {
        scrypt(password.normalize("NFKC"), salt, expected.length, cost, (error, actual) =>
          error === null ? resolve(timingSafeEqual(actual, expected)) : reject(error),
        );
      }),
  );
}

let underWay = 0;
const waiting: (() => void)[] = [];

/** Runs few of these at once, so that many who sign in leave processors for pings. @throws TooManyPasswords */
async function limitConcurrency<T>(work: () => Promise<T>): Promise<T> {
  if (waiting.length >= WAITING_MAX) throw new TooManyPasswords("Too many passwords are checked at once.");
  if (underWay >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
  else underWay += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) underWay -= 1;
    else next(); // it takes over this place
  }
}

function unpaddedBase64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
