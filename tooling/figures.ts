import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAst } from "vite";

/** `npm run figures` prints the size and structure of the product's code, by workspace. */
type Module = {
  file: string;
  lines: number;
  functions: Callable[];
  /** The files of the product that it imports or re-exports values from. */
  imports: string[];
  /** How often each name is used, without its declarations and imports. */
  uses: Map<string, number>;
};
type Callable = { name: string; lines: number };
type Node = { type: string; start: number; end: number; [key: string]: unknown };

/** A function of at most this many lines is a helper. A helper that is used once is often easier to read in its caller. */
const HELPER_LINES_MAX = 6;
const OURS = "@overdue/";
const TEST = /\.test\.tsx?$|\/test\/|\/testing\//;

const files = globSync("{packages,apps}/*/{src,test}/**/*.{ts,tsx}", {
  exclude: ["**/node_modules/**"],
}).toSorted();
const product = files.filter((file) => !TEST.test(file) && !file.startsWith("packages/testkit/"));
const modules = new Map(product.map((file) => [file, readModule(file)]));

print("workspace", "files", "lines", "functions per 1,000 lines", "tests : source");
for (const workspace of new Set(files.map(workspaceOf))) {
  const mine = [...modules.values()].filter(({ file }) => workspaceOf(file) === workspace);
  if (mine.length > 0) print(workspace, mine.length, ...density(mine), testRatio(workspace));
}
const all = [...modules.values()];
const importers = Map.groupBy(
  all.flatMap(({ file, imports }) => imports.map((imported) => ({ file, imported }))),
  ({ imported }) => imported,
);
print("all", all.length, ...density(all), testRatio(""));
print(
  "files without a function, such as tables of data",
  all.filter((one) => one.functions.length === 0).length,
);
print("helpers used once", countHelpersUsedOnce());
print("files with one importer", all.filter(({ file }) => importers.get(file)?.length === 1).length);
const chain = longestChain();
print("longest import chain", chain.length);
if (process.argv.includes("--chain")) for (const file of chain) print(" ", file);

function readModule(file: string): Module {
  const text = readFileSync(file, "utf8");
  const module: Module = { file, lines: countLines(text), functions: [], imports: [], uses: new Map() };
  const body = parseAst(text, { lang: file.endsWith("x") ? "tsx" : "ts" }, file) as unknown as Node;
  visit(body, null, (node, parent) => {
    const name = functionName(node, parent);
    if (name !== null) module.functions.push({ name, lines: countLines(text.slice(node.start, node.end)) });
    const source = importedPath(node);
    if (source?.startsWith(".") === true) module.imports.push(join(dirname(file), source));
    if (source?.startsWith(OURS) === true)
      module.imports.push(join("packages", source.slice(OURS.length), "src", "index.ts"));
    if (node.type === "Identifier" && isUse(node, parent))
      module.uses.set(textOf(node), (module.uses.get(textOf(node)) ?? 0) + 1);
  });
  return { ...module, imports: [...new Set(module.imports)] };
}

function visit(node: Node, parent: Node | null, work: (node: Node, parent: Node | null) => void): void {
  work(node, parent);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
      if (isNode(child)) visit(child, node, work);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The name of a declared function or method; "" for an anonymous one; null for any other node. */
function functionName(node: Node, parent: Node | null): string | null {
  if (node.type === "FunctionDeclaration") return isNode(node["id"]) ? textOf(node["id"]) : "";
  if (node.type !== "ArrowFunctionExpression" && node.type !== "FunctionExpression") return null;
  const isNamed = parent?.type === "VariableDeclarator" && isNode(parent["id"]);
  return isNamed ? textOf(parent["id"] as Node) : "";
}

/** The module from which a statement imports or re-exports values; null for types. */
function importedPath(node: Node): string | null {
  const isImport = node.type === "ImportDeclaration" && node["importKind"] !== "type";
  const isExport = /^Export(Named|All)Declaration$/.test(node.type) && node["exportKind"] !== "type";
  const names = (node["specifiers"] as { importKind?: string; exportKind?: string }[] | undefined) ?? [];
  const areTypes = names.length > 0 && names.every((name) => (name.importKind ?? name.exportKind) === "type");
  const source = isImport || isExport ? (node["source"] as { value?: string } | null)?.value : undefined;
  return areTypes ? null : (source ?? null);
}

function isUse(node: Node, parent: Node | null): boolean {
  if (parent === null || /^(Import|Export)Specifier$/.test(parent.type)) return false;
  const isDeclared = /^(FunctionDeclaration|VariableDeclarator)$/.test(parent.type) && parent["id"] === node;
  return !isDeclared;
}

function textOf(node: Node): string {
  return String(node["name"]);
}

/** How many helpers with a name are used in only one place of the whole product. */
function countHelpersUsedOnce(): number {
  const uses = new Map<string, number>();
  for (const module of all) for (const [name, n] of module.uses) uses.set(name, (uses.get(name) ?? 0) + n);
  const named = all.flatMap(({ functions }) => functions.filter(({ name }) => name !== ""));
  return named.filter(({ name, lines }) => lines <= HELPER_LINES_MAX && uses.get(name) === 1).length;
}

/** The longest chain of imports of values. In a cycle, each file is counted once. */
function longestChain(): string[] {
  const known = new Map<string, string[]>();
  const from = (file: string, above: ReadonlySet<string>): string[] => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const below = (modules.get(file)?.imports ?? [])
      .filter((imported) => modules.has(imported) && !above.has(imported))
      .map((imported) => from(imported, new Set([...above, imported])));
    const longest = below.reduce((one, other) => (other.length > one.length ? other : one), []);
    known.set(file, [file, ...longest]);
    return [file, ...longest];
  };
  return product
    .map((file) => from(file, new Set([file])))
    .reduce((a, b) => (b.length > a.length ? b : a), []);
}

function density(some: readonly Module[]): [number, string] {
  const lines = some.reduce((sum, module) => sum + module.lines, 0);
  const functions = some.reduce((sum, module) => sum + module.functions.length, 0);
  return [lines, ((functions / lines) * 1_000).toFixed(0)];
}

/** The ratio of the lines of tests to the lines of the product. */
function testRatio(workspace: string): string {
  const count = (some: readonly string[]) =>
    some
      .filter((file) => file.startsWith(workspace === "" ? "" : `${workspace}/`))
      .reduce((sum, file) => sum + countLines(readFileSync(file, "utf8")), 0);
  const source = count(product);
  return source === 0 ? "-" : (count(files.filter((file) => TEST.test(file))) / source).toFixed(2);
}

function workspaceOf(file: string): string {
  return file.split("/").slice(0, 2).join("/");
}

function countLines(text: string): number {
  return text.trimEnd().split("\n").length;
}

function print(...cells: (string | number)[]): void {
  process.stdout.write(`${cells.join("\t")}\n`);
}
