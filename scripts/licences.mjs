// "npm run licences": the licence of each package that runs in the product. With `-- --texts` the texts of all licences and
// notices follow, as who distributes a copy has to hand on.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./prepare.mjs";

const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
const used = Object.entries(packages)
  .filter(([path, { dev, link }]) => path.includes("node_modules/") && !dev && !link)
  .map(([path, { version, license }]) => ({
    path,
    name: `${path.split("node_modules/").at(-1)} ${version}`,
    licence: license ?? "not named",
  }))
  .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
for (const { name, licence } of used) process.stdout.write(`${name}: ${licence}\n`);
if (process.argv.includes("--texts")) for (const one of used) printTexts(one);

/** Packages for other platforms are not installed, and have no text here. */
function printTexts({ path, name }) {
  const directory = join(ROOT, path);
  for (const file of globSync("{LICEN[CS]E,COPYING,NOTICE,licen[cs]e,notice}*", { cwd: directory }))
    process.stdout.write(`\n── ${name}, ${file}\n\n${readFileSync(join(directory, file), "utf8").trim()}\n`);
}
