// "npm run sbom": what is in a release, as CycloneDX. npm's own `--omit dev` leaves out packages of the product that a package
// for development names as a peer too, such as hono and react (npm 11.19), so all are asked for, and the lock file decides.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./prepare.mjs";

const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
const all = JSON.parse(
  execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1e8,
  }),
);
const inLock = Object.entries(packages).filter(([path]) => path.includes("node_modules/"));
const [development, product] = [true, false].map(
  (isDev) =>
    new Set(
      inLock
        .filter(([, { dev = false }]) => dev === isDev)
        .map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`),
    ),
);
const components = all.components.filter(({ name, version }) => {
  const id = `${name}@${version}`;
  return product.has(id) || !development.has(id);
});
const kept = new Set([all.metadata.component["bom-ref"], ...components.map((one) => one["bom-ref"])]);
const dependencies = all.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
process.stdout.write(`${JSON.stringify({ ...all, components, dependencies }, null, 2)}\n`);
