// Loaded before the programs: resolves imports of drizzle-orm from memory. The package.json of drizzle-orm has 179 kB, and Node
// would parse it again for each of its 100 files and for each import: half a second and 200 MB in every process that uses the
// database.
import * as module from "node:module";

const PACKAGE = "drizzle-orm";
const INSIDE = `/node_modules/${PACKAGE}/`;
const found = new Map();

/** Resolves as Node would: files inside the package by their path, its entry points once for each workspace. */
function resolve(specifier, context, next) {
  const { parentURL = "", conditions = [] } = context;
  if (conditions.includes("require")) return next(specifier, context);
  if (specifier.startsWith("./") || specifier.startsWith("../"))
    return parentURL.includes(INSIDE) && specifier.endsWith(".js")
      ? { url: new URL(specifier, parentURL).href, format: "module", shortCircuit: true }
      : next(specifier, context);
  if (specifier !== PACKAGE && !specifier.startsWith(`${PACKAGE}/`)) return next(specifier, context);
  const key = `${workspaceOf(parentURL)} ${specifier}`;
  const known = found.get(key) ?? { ...next(specifier, context), shortCircuit: true };
  found.set(key, known);
  return known;
}

/** Returns the folder of the workspace or package that a file belongs to. All its files resolve to the same packages. */
function workspaceOf(url) {
  const inPackage = url.lastIndexOf("/node_modules/");
  if (inPackage !== -1) return url.split("/", url.slice(0, inPackage).split("/").length + 3).join("/");
  return url.split("/src/")[0];
}

module.registerHooks?.({ resolve });
