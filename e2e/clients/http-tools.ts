import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromDebian } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { outputOf, run } from "./harness/run.ts";

/** The client of most crontabs, with many of its options. */
export const curl: Trial = {
  name: "curl",
  run: withOverdue(async (steps, overdue) => {
    steps.version = (await outputOf("curl", ["--version"])).split(" ")[1] ?? "";
    const ways: [step: string, args: (url: string) => string[], seen: string][] = [
      ["as the page of a check says", (url) => ["-fsS", "-m", "10", "--retry", "5", url], "success"],
      ["--data-raw", (url) => ["--data-raw", "a=1&b=ü", `${url}/fail`], 'fail "a=1&b=ü"'],
      ["-T -", (url) => ["-T", "-", `${url}/3`], 'fail 3 "from standard input"'],
      ["--head", (url) => ["--head", url], "success"],
      ["--http1.0", (url) => ["--http1.0", "-d", "old", url], 'success "old"'],
      [
        "Expect: 100-continue",
        (url) => ["-H", "Expect: 100-continue", "-d", "x".repeat(90), url],
        "success (90 bytes)",
      ],
      ["-X DELETE", (url) => ["-X", "DELETE", url], "success"],
      ["a space and umlauts in the query", (url) => [`${url}/log?msg=Größe`], "log"],
      ["two slashes in the path", (url) => [url.replace("/ping/", "/ping//")], "success"],
      ["capitals in the UUID", (url) => [url.replace(/[^/]+$/, (uuid) => uuid.toUpperCase())], "success"],
      ["a slash after /start", (url) => [`${url}/start/`], "start; run running"],
    ];
    for (const [step, args, seen] of ways) {
      const check = await overdue.addCheck();
      await steps.step(step, `0 ${seen}`, async () => {
        const { code } = await run("curl", ["-s", "-o", "/dev/null", ...args(check.pingUrl)], {
          input: "from standard input",
        });
        return `${code} ${await overdue.seen(check)}`;
      });
    }
    await steps.step("a new slug, with create=1", "Created success", async () => {
      const made = `${overdue.origin}/ping/${overdue.keys.ping}/made-by-curl?create=1`;
      const output = await outputOf("curl", ["-fsS", made]);
      return `${output} ${await overdue.seen(await overdue.checkNamed("made-by-curl"))}`;
    });
    await steps.step("an unknown UUID with -f", "22", async () => {
      const { code } = await run("curl", [
        "-fsS",
        `${overdue.origin}/ping/00000000-0000-4000-8000-000000000000`,
      ]);
      return String(code);
    });
    await steps.step(
      "a failure in the format of no monitor is refused",
      /^400 .*not counted.*; nothing$/,
      async () => {
        const check = await overdue.addCheck();
        const output = await outputOf("curl", [
          "-s",
          "-w",
          "\\n%{http_code}",
          `${check.pingUrl}?success=false`,
        ]);
        const [text = "", status = ""] = output.split("\n");
        return `${status} ${text}; ${await overdue.seen(check)}`;
      },
    );
  }),
};

/** GNU wget of this machine. */
export const wget: Trial = {
  name: "wget",
  run: withOverdue(async (steps, overdue) => {
    steps.version = (await outputOf("wget", ["--version"])).split(" ")[2] ?? "";
    const ways: [step: string, args: string[], path: string, seen: string][] = [
      ["-O /dev/null", ["-T", "10", "-t", "5", "-O", "/dev/null"], "", "success"],
      ["--spider", ["--spider"], "", "success"],
      ["--post-data", ["-O", "/dev/null", "--post-data", "out=1"], "/fail", 'fail "out=1"'],
    ];
    for (const [step, args, path, seen] of ways) {
      const check = await overdue.addCheck();
      await steps.step(step, `0 ${seen}`, async () => {
        const { code } = await run("wget", ["-q", ...args, check.pingUrl + path]);
        return `${code} ${await overdue.seen(check)}`;
      });
    }
  }),
};

/** The wget of small devices. */
export const busyboxWget: Trial = {
  name: "busybox-wget",
  run: withOverdue(async (steps, overdue) => {
    const { folder, version } = await fromDebian("busybox");
    steps.version = version;
    for (const [args, path, seen] of [
      [["-O", "/dev/null"], "/start", "start; run running"],
      [["-O", "/dev/null", "--post-data", "hello"], "/1", 'fail 1 "hello"'],
      [["--spider"], "", "success"],
    ] as const) {
      const check = await overdue.addCheck();
      await steps.step(args.join(" "), `0 ${seen}`, async () => {
        const wgetArgs = ["wget", "-q", ...args, check.pingUrl + path];
        const { code } = await run(join(folder, "bin/busybox"), wgetArgs);
        return `${code} ${await overdue.seen(check)}`;
      });
    }
  }),
};
