import { alertmanager } from "./http/alertmanager.ts";
import { gotify } from "./http/gotify.ts";
import { synapse } from "./http/synapse.ts";
import { exim } from "./mail/exim.ts";
import { mailpit } from "./mail/mailpit.ts";
import { opensmtpd } from "./mail/opensmtpd.ts";
import { postfix } from "./mail/postfix.ts";
import { Steps, type RealServer } from "./steps.ts";

/** Each is had from public packages, started beside the product, and tried. */
const SERVERS: readonly RealServer[] = [postfix, exim, opensmtpd, mailpit, synapse, gotify, alertmanager];

/** Tries the servers that are named, or all; prints what was seen, and ends with 1 where it was not what should be. */
const names = process.argv.slice(2).map((name) => name.toLowerCase());
const rows: string[][] = [];
let faults = 0;
for (const { name, run } of SERVERS.filter(
  (one) => names.length === 0 || names.includes(one.name.toLowerCase()),
)) {
  process.stderr.write(`${name}\n`);
  const steps = new Steps();
  try {
    await run(steps);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const wasTried = steps.version !== "";
    if (wasTried) faults += 1;
    rows.push([
      name,
      steps.version,
      wasTried ? "broke off" : "not had here",
      "",
      why.slice(0, 300),
      wasTried ? "FAULT" : "skipped",
    ]);
  }
  faults += steps.all.filter(({ ok }) => !ok).length;
  rows.push(
    ...steps.all.map((one) => [
      name,
      steps.version,
      one.step,
      one.expected,
      one.seen,
      one.ok ? "ok" : "FAULT",
    ]),
  );
}
const head = ["server", "version", "step", "expected", "seen", "ok"];
for (const row of [head, head.map(() => "---"), ...rows])
  process.stdout.write(
    `| ${row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |\n`,
  );
process.stdout.write(`\n${rows.length} steps, ${faults} faults\n`);
process.exit(faults === 0 ? 0 : 1);
