import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Start } from "./real-program.ts";
import type { RealScheduler } from "./schedulers.ts";

const DRIVERS = join(import.meta.dirname, "drivers");
const ANSWER_WITHIN_MS = 15_000;
/** For daemons, whose clock is simulated over years. */
const SIMULATED_WITHIN_MS = 120_000;

type Language = RealScheduler["language"];

/** How to install packages of one language into a folder, and how to start the driver there. */
type Installer = {
  install: (scheduler: RealScheduler, folder: string) => void;
  start: (scheduler: RealScheduler) => { command: string; args: string[] };
};

const INSTALLERS: Record<Language, Installer> = {
  node: {
    install: ({ packages }, folder) => {
      writeFileSync(join(folder, "package.json"), "{}");
      run(folder, "npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", ...packages]);
    },
    start: ({ adapter }) => ({
      command: process.execPath,
      args: [join(DRIVERS, "node", "driver.mjs"), adapter],
    }),
  },
  python: {
    install: ({ packages }, folder) => {
      run(folder, "python3", ["-m", "venv", "venv"]);
      run(folder, "venv/bin/pip", ["install", "--quiet", ...packages]);
    },
    start: ({ adapter }) => ({
      command: "venv/bin/python",
      args: [join(DRIVERS, "python", "driver.py"), adapter],
    }),
  },
  go: {
    install: ({ packages, adapter }, folder) => {
      copyDriver(folder, [`go/driver.go`, `go/${adapter}.go`]);
      run(folder, "go", ["mod", "init", "oracle"]);
      run(folder, "go", ["get", ...packages]);
      run(folder, "go", ["mod", "tidy"]);
      run(folder, "go", ["build", "-o", "driver", "."]);
    },
    start: () => ({ command: "./driver", args: [] }),
  },
  java: {
    install: ({ packages, adapter, withoutDependencies }, folder) => {
      copyDriver(folder, ["java/Driver.java", `java/${adapter}.java`]);
      writeFileSync(join(folder, "pom.xml"), pomOf(packages, withoutDependencies));
      const copy = ["dependency:copy-dependencies", "-DoutputDirectory=jars"];
      run(folder, "mvn", ["--batch-mode", "--quiet", ...copy]);
      run(folder, "javac", ["-cp", "jars/*", "Driver.java", `${adapter}.java`]);
    },
    start: ({ adapter }) => ({ command: "java", args: ["-cp", "jars/*:.", "Driver", adapter] }),
  },
  rust: {
    install: ({ packages, adapter }, folder) => {
      run(folder, "cargo", ["init", "--quiet", "--vcs", "none", "--name", "driver"]);
      run(folder, "cargo", ["add", "--quiet", "serde_json", ...packages]);
      cpSync(join(DRIVERS, "rust", "driver.rs"), join(folder, "src", "main.rs"));
      cpSync(join(DRIVERS, "rust", `${adapter}.rs`), join(folder, "src", "adapter.rs"));
      run(folder, "cargo", ["build", "--quiet", "--release"]);
    },
    start: () => ({ command: "target/release/driver", args: [] }),
  },
  c: {
    install: ({ packages, adapter }, folder) =>
      run(folder, "sh", [join(DRIVERS, "c", `${adapter}.sh`), ...packages]),
    start: ({ watchedDays = 0 }) => ({
      command: "python3",
      args: [join(DRIVERS, "c", "driver.py"), String(watchedDays)],
    }),
  },
};

/**
 * Installs the real package with its language's own client, unless an earlier run left it in the cache folder. Returns how to
 * start its driver. Throws if the client or the package is not available.
 */
export function install(scheduler: RealScheduler): Start {
  const installer = INSTALLERS[scheduler.language];
  const folder = join(tmpdir(), "overdue-oracle", `${scheduler.id}-${fingerprint(scheduler)}`);
  if (!existsSync(join(folder, "installed"))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    installer.install(scheduler, folder);
    writeFileSync(join(folder, "installed"), "");
  }
  const answerWithinMs = scheduler.watchedDays === undefined ? ANSWER_WITHIN_MS : SIMULATED_WITHIN_MS;
  return { ...installer.start(scheduler), cwd: folder, answerWithinMs };
}

/** A hash of the packages and, if the driver is compiled into the folder, of the driver's source. */
function fingerprint({ language, packages, adapter }: RealScheduler): string {
  const hash = createHash("sha256").update(JSON.stringify([packages, adapter]));
  const isCompiled = ["go", "java", "rust", "c"].includes(language);
  for (const file of isCompiled
    ? globSync(join(DRIVERS, language, `{driver,Driver,clock,source,vixie,${adapter}}.*`)).toSorted()
    : [])
    hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}

function copyDriver(folder: string, files: string[]): void {
  for (const file of files) cpSync(join(DRIVERS, file), join(folder, file.split("/").at(-1) ?? file));
}

function run(cwd: string, command: string, args: string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stdout + stderr}`);
}

/** A Maven project that depends on packages in the form `group:artifact:version`. */
function pomOf(packages: string[], withoutDependencies: boolean): string {
  const none =
    "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>";
  const dependencies = packages.map((name) => {
    const [group, artifact, version] = name.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${withoutDependencies ? none : ""}</dependency>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion><groupId>oracle</groupId><artifactId>oracle</artifactId><version>1</version><dependencies>${dependencies.join("")}</dependencies></project>`;
}
