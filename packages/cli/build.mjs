// "npm run build:cli": bundles the command into one file that any Node from 20.19 on runs. CommonJS, so that a module is
// loaded when it is first needed, and the start of a job waits for none that it does not need.
import { chmodSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const home = dirname(fileURLToPath(import.meta.url));
const outfile = process.argv[2] ?? join(home, "dist", "overdue.cjs");
/** Commands with the code of all schedulers, which V8 would read through at every start: a text until they are asked for. */
const PACKED = /src[/]packed\.ts$/;

const options = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  minify: true,
  // Public holidays are a third of a megabyte, and none of the commands asks for them.
  conditions: ["browser"],
  logLevel: "warning",
};

const packed = {
  name: "packed",
  setup: ({ onLoad }) =>
    onLoad({ filter: PACKED }, async ({ path }) => {
      const { outputFiles } = await build({ ...options, entryPoints: [path], write: false });
      const names = [...readFileSync(path, "utf8").matchAll(/^export \{ (\w+) \}/gm)].map(([, name]) => name);
      const text = brotliCompressSync(outputFiles[0].contents).toString("base64");
      return {
        contents: `
          import { brotliDecompressSync } from "node:zlib";
          const text = brotliDecompressSync(Buffer.from("${text}", "base64")).toString();
          const packed = { exports: {} };
          new Function("module", "exports", "require", text)(packed, packed.exports, require);
          export const { ${names.join(", ")} } = packed.exports;`,
        loader: "js",
      };
    }),
};

await build({
  ...options,
  entryPoints: [join(home, "src", "main.ts")],
  banner: { js: "#!/usr/bin/env node" },
  plugins: [packed],
  outfile,
});
chmodSync(outfile, 0o755);
