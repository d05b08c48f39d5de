import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const Package = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const { packages } = z
  .object({ packages: z.record(z.string(), Package) })
  .parse(JSON.parse(readFileSync("package-lock.json", "utf8")));

/** Npm is one program for every Node: it is started with each Node of this machine. */
const npm = findAll("npm")[0] ?? "";
const nodes = [...new Set([process.execPath, ...findAll("node").map((path) => realpathSync(path))])].map(
  (path) => ({
    path,
    major: Number(spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.slice(1, 3)),
  }),
);

test.for([20, 24])("`npm ci` takes the lock file as it is, on Node %i", (wanted, { skip }) => {
  const node = nodes.find(({ major }) => major === wanted);
  if (node === undefined) return skip(`There is no Node ${wanted} on this machine.`);
  const environment = { ...process.env, PATH: `${dirname(node.path)}${delimiter}${process.env["PATH"]}` };
  const { status, stderr } = spawnSync(node.path, [realpathSync(npm), "ci", "--dry-run", "--offline"], {
    encoding: "utf8",
    env: environment,
  });
  expect(status === 0 ? "" : stderr).toBe("");
});

test("the lock file has the packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
  );
  expect(Object.keys(packages).length).toBeGreaterThan(300);
  expect(missing).toEqual([]);
});

test("every package from outside is known by its content, and by no address of a mirror", () => {
  const outside = Object.entries(packages).filter(
    ([path, { link }]) => path.includes("node_modules/") && link !== true,
  );
  expect(outside.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  expect(outside.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

/** Whether Node would find the package from there: beside it, or in a folder further up. */
function isLocked(from: string, name: string): boolean {
  if (packages[`${from === "" ? "" : `${from}/`}node_modules/${name}`] !== undefined) return true;
  return from !== "" && isLocked(from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))), name);
}

function findAll(program: string): string[] {
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, program));
  return paths.filter((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
