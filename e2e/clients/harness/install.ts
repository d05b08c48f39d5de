import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { keptInstall } from "@overdue/testkit";

import { outputOf, run, type Ended, type RunOptions } from "./run.ts";

const INSTALL = { limitMs: 1_200_000 };

export type Python = {
  /** Folder of the installed commands. */
  bin: string;
  /** Runs a script, given as text. */
  run(script: string, args?: readonly string[], options?: RunOptions): Promise<Ended>;
};

/** Installs packages of PyPI ("name==1.0") into an environment of their own. */
export async function fromPyPi(...packages: string[]): Promise<Python> {
  const folder = await keptInstall(`pypi-${packages.join("-")}`, async (into) => {
    await outputOf("python3", ["-m", "venv", into], INSTALL);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
    await outputOf(join(into, "bin/python"), pip, INSTALL);
  });
  const bin = join(folder, "bin");
  return {
    bin,
    run: (script, args = [], options = {}) => run(join(bin, "python"), ["-c", script, ...args], options),
  };
}

/** Installs packages of npm ("name@1.0"). Returns a folder from which scripts find them. */
export function fromNpm(...packages: string[]): Promise<string> {
  return keptInstall(`npm-${packages.join("-")}`, async (into) => {
    const options = ["--prefix", into, "--ignore-scripts", "--no-audit", "--no-fund"];
    await outputOf("npm", ["install", ...options, ...packages], INSTALL);
  });
}

/** Builds a Go program ("module@v1.0", and its folder in the module). Returns its path. */
export async function fromGo(module: string, folder = ""): Promise<string> {
  const [path = ""] = module.split("@");
  const kept = await keptInstall(`go-${module}-${folder}`, (into) =>
    inModule(into, module, ["build", path + folder]),
  );
  return join(kept, "client");
}

/** Builds a Go program from our source, with a module ("module@v1.0") that it uses. Returns its path. */
export async function fromGoSource(module: string, source: string): Promise<string> {
  const kept = await keptInstall(`go-source-${module}`, async (into) => {
    await writeFile(join(into, "main.go"), source);
    await inModule(into, module, ["build", "."]);
  });
  return join(kept, "client");
}

/** Fetches a library of Maven ("group:name:version") without what it depends on. Returns the path of its jar. */
export async function fromMaven(library: string): Promise<string> {
  const folder = await keptInstall(`maven-${library}`, async (into) => {
    const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
    await outputOf("mvn", ["-q", "-B", copy, `-Dartifact=${library}`, `-DoutputDirectory=${into}`], INSTALL);
  });
  const [jar = ""] = await readdir(folder);
  return join(folder, jar);
}

/** Builds the tests of a Go module ("module@v1.0"). Returns the path of the program that runs them. */
export async function testsFromGo(module: string): Promise<string> {
  const [path = ""] = module.split("@");
  const kept = await keptInstall(`go-test-${module}`, (into) => inModule(into, module, ["test", "-c", path]));
  return join(kept, "client");
}

// "go install" requests the list of versions, which some proxies do not have for every module.
async function inModule(into: string, module: string, [verb = "", ...rest]: string[]): Promise<void> {
  const options = { ...INSTALL, cwd: into, env: { GOFLAGS: "-mod=mod" } };
  await outputOf("go", ["mod", "init", "overdue.test/client"], options);
  await outputOf("go", ["mod", "edit", `-require=${module}`], options);
  const what = rest.pop() ?? "";
  await outputOf("go", [verb, ...rest, "-o", "client", what], options);
}

/** Builds a Rust program from our source, with its crates. Returns its path. */
export async function fromCargo(name: string, manifest: string, source: string): Promise<string> {
  const folder = await keptInstall(`cargo-${name}`, async (into) => {
    await mkdir(join(into, "src"));
    await writeFile(join(into, "Cargo.toml"), manifest);
    await writeFile(join(into, "src/main.rs"), source);
    await outputOf("cargo", ["build", "--quiet"], { ...INSTALL, cwd: into });
  });
  return join(folder, "target/debug/client");
}

/** Unpacks a package of Debian without installing it. Returns its folder and its version. */
export async function fromDebian(name: string): Promise<{ folder: string; version: string }> {
  const folder = await keptInstall(`debian-${name}`, async (into) => {
    await outputOf("apt-get", ["download", "-qq", name], { ...INSTALL, cwd: into });
    const [file = ""] = (await readdir(into)).filter((one) => one.endsWith(".deb"));
    await outputOf("dpkg-deb", ["-x", join(into, file), into], INSTALL);
  });
  const [file = ""] = (await readdir(folder)).filter((one) => one.endsWith(".deb"));
  return { folder, version: decodeURIComponent(file.split("_")[1] ?? "") };
}
