// "npm run supply-chain", and a part of "npm run check": asks the registry whether a package of the product has a known
// vulnerability of level high or critical, and whether the installed packages are those that their authors' registry signed.
// Where the registry does not answer, it says so and fails nothing.
import { spawn } from "node:child_process";
import { ROOT } from "./prepare.mjs";

const MS_MAX = 30_000;
const ONCE = ["--json", "--fetch-retries=0", "--fetch-timeout=15000"];
const SERIOUS = new Set(["high", "critical"]);

const problems = (await Promise.all([findVulnerable(), findUnsigned()])).flat();
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function findVulnerable() {
  const report = await npm("audit", "--omit=dev", "--audit-level=high");
  if (report?.metadata?.vulnerabilities === undefined) return skipped("npm audit");
  return Object.values(report.vulnerabilities)
    .filter(({ severity }) => SERIOUS.has(severity))
    .map(
      ({ name, severity, range }) =>
        `${name} ${range}: a known vulnerability, ${severity}. Update it, or leave it out.`,
    );
}

async function findUnsigned() {
  const report = await npm("audit", "signatures");
  if (!Array.isArray(report?.invalid)) return skipped("npm audit signatures");
  return report.invalid.map(
    ({ name, version }) =>
      `${name}@${version}: its signature is not the registry's. Do not run it; report it to npm.`,
  );
}

function skipped(command) {
  process.stdout.write(`${command} was skipped: the registry did not answer it. Run it where it does.\n`);
  return [];
}

/** The JSON that npm prints; null without any. */
async function npm(...args) {
  const child = spawn("npm", [...args, ...ONCE], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: MS_MAX,
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
