import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromNpm } from "./harness/install.ts";
import { run } from "./harness/run.ts";
import { withOverdue } from "./harness/shared.ts";

/** The command line of MCP's inspector, with its own check of the tools' schemas. */
export const mcpInspector: Trial = {
  name: "mcp-inspector",
  run: withOverdue(async (steps, overdue) => {
    const folder = await fromNpm("@modelcontextprotocol/inspector@2.12.0");
    steps.version = "2.12.0";
    const inspect = async (key: string, path: string, args: readonly string[]) => {
      const url = [
        `${overdue.origin}/mcp${path}`,
        "--transport",
        "http",
        "--header",
        `Authorization: Bearer ${key}`,
      ];
      const program = join(folder, "node_modules/.bin/mcp-inspector");
      return await run(program, ["--cli", ...url, ...args], { env: { HOME: await overdue.folder() } });
    };
    const list = async (key: string, path = "") => {
      const { out, err, code } = await inspect(key, path, ["--method", "tools/list", "--strict"]);
      if (code !== 0) return `${code}: ${err.slice(-400)}`;
      const { tools } = JSON.parse(out) as { tools: unknown[] };
      return `${tools.length} tools, ${/\d+ errors/.exec(err)?.[0] ?? "not checked"}`;
    };
    await steps.step("a read key lists tools", "7 tools, 0 errors", () => list(overdue.keys.read));
    await steps.step("a write key that asks for them lists all", "15 tools, 0 errors", () =>
      list(overdue.keys.write, "?tools=write"),
    );
    await steps.step("a read key that asks for all is refused", /leave tools=write out/, () =>
      list(overdue.keys.read, "?tools=write"),
    );
    await steps.step("why a check is down", /is down since .*The job ended with exit status 3/, async () => {
      const check = await overdue.addCheck();
      await fetch(`${check.pingUrl}/3`, { method: "POST", body: "disk full" });
      const call = [
        "--method",
        "tools/call",
        "--tool-name",
        "why_is_check_down",
        "--tool-arg",
        `check=${check.id}`,
      ];
      const { out, err } = await inspect(overdue.keys.write, "", call);
      return out || err;
    });
  }),
};
