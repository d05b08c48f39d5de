import type { Trial } from "../support/try-all.ts";
import { fromGo } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

/** Not v1.1.0: it left out a slash of the ping URL, and was retracted. */
const VERSIONS = ["v0.8.0", "v1.0.0", "v1.2.0", "v1.4.1"];
const FAILS = ["sh", "-c", "echo out; echo err >&2; exit 3"];

export const runitors: Trial[] = VERSIONS.map((version) => ({
  name: "runitor",
  run: withOverdue(async (steps, overdue) => {
    const program = await fromGo(`bdd.fi/x/runitor@${version}`, "/cmd/runitor");
    steps.version = version;
    const drive = async (args: string[], env = {}) => {
      const check = await overdue.addCheck();
      const { code } = await run(program, ["-uuid", check.uuid, ...args], { env });
      return `${code} ${await overdue.seen(check)}`;
    };
    const here = ["-api-url", `${overdue.origin}/ping`];
    await steps.step("a job that ends well", /^0 start, success.*; run success$/, () =>
      drive([...here, "--", "true"]),
    );
    await steps.step("a job that fails", /^3 start, fail 3 "out\\nerr\\n.*"; run fail 3$/, () =>
      drive([...here, "--", ...FAILS]),
    );
    await steps.step("its default host, hc-ping.com", /^0 start, success.*; run success$/, () =>
      drive(["--", "true"], overdue.asHealthchecks),
    );
    await steps.step("a slash after -api-url", /^0 start, success.*; run success$/, () =>
      drive(["-api-url", `${overdue.origin}/ping/`, "--", "true"]),
    );
  }),
}));
