import type { Trial } from "../support/try-all.ts";
import { fromNpm, fromPyPi } from "./harness/install.ts";
import { outputOf } from "./harness/run.ts";
import { withOverdue } from "./harness/shared.ts";

const NODE = `
const cronitor = require("cronitor")(process.argv[1]);
const slug = process.argv[2];
async function main() {
  const monitor = new cronitor.Monitor(slug);
  await monitor.ping({ state: "run", series: "one" });
  await monitor.ping({ state: "complete", series: "one", message: "all is well", metrics: { duration: 1.5, count: 3 } });
  const failing = cronitor.wrap(slug, async () => { throw new Error("boom"); });
  await failing().catch(() => {});
  console.log(await new cronitor.Monitor("unknown-to-all").ping({ state: "run" }));
}
main();
`;

const PYTHON = `
import sys, cronitor
cronitor.api_key = sys.argv[1]
slug = sys.argv[2]
monitor = cronitor.Monitor(slug)
monitor.ping(state="run", series="one")
monitor.ping(state="complete", series="one", message="all is well", metrics={"duration": 1.5, "count": 3})
@cronitor.job(slug)
def failing():
    raise ValueError("boom")
try:
    failing()
except ValueError:
    pass
`;

const EXPECTED = /^start, success "all is well", start, fail( ".*"| \(\d+ bytes\))?; run success; run fail$/;

/** Cronitor's library for Node, whose host is fixed. */
export const cronitorNode: Trial = {
  name: "cronitor-node",
  run: withOverdue(async (steps, overdue) => {
    const folder = await fromNpm("cronitor@2.6.1");
    steps.version = "2.6.1";
    await steps.step("ping, and wrap of a job that throws", EXPECTED, async () => {
      const { slug, check } = await overdue.addSlug("cronitor-node");
      await outputOf(process.execPath, ["-e", NODE, overdue.keys.ping, slug], {
        cwd: folder,
        env: overdue.asHealthchecks,
      });
      return await overdue.seen(check);
    });
  }),
};

/** Cronitor's library for Python, with paths of its own. */
export const cronitorPython: Trial = {
  name: "cronitor-python",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("cronitor==4.9.0");
    steps.version = "4.9.0";
    await steps.step("ping, and a decorated job that raises", EXPECTED, async () => {
      const { slug, check } = await overdue.addSlug("cronitor-python");
      await python.run(PYTHON, [overdue.keys.ping, slug], { env: overdue.asHealthchecks });
      return await overdue.seen(check);
    });
  }),
};
