// Loaded before our programs: finds the files of drizzle-orm without asking its package.json again and again.
// That file has 179 kB, and Node takes it apart anew for each of the 100 files inside and for each import of ours:
// half a second and 200 MB in every process that touches the database.
import * as module from "node:module";

const PACKAGE = "drizzle-orm";
const INSIDE = `/node_modules/${PACKAGE}/`;
const found = new Map();

/** Resolves as Node would: relative files as they are named, the package's entries once for each of our workspaces. */
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

/** What stands before `/src/` or the package's name: files below it find the same packages. */
function workspaceOf(url) {
  const inPackage = url.lastIndexOf("/node_modules/");
  if (inPackage !== -1) return url.split("/", url.slice(0, inPackage).split("/").length + 3).join("/");
  return url.split("/src/")[0];
}

module.registerHooks?.({ resolve });
