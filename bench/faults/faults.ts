import { type Program, programOf, signal } from "../chaos/processes.ts";
import { signalPostgres } from "../chaos/product.ts";
import type { Pair } from "./pair.ts";

/** `begin` brings it about and returns what ends it. `expects`: what must notice it. */
export type Fault = {
  name: string;
  text: string;
  isPossible: (pair: Pair) => boolean;
  begin: (pair: Pair) => () => void;
  expects: readonly ("readyMs" | "mailedMs" | "otherMs")[];
  /** Which instance must say so about which. */
  alertsOf: "watched" | "other";
};

const always = () => true;

/** Kills a program whose supervisor is stopped, so that nobody starts it again until that goes on. */
function without(program: Program): Fault["begin"] {
  return ({ watched }) => {
    const supervisor = watched.pid();
    if (supervisor === null) throw new Error("The product does not run.");
    const child = programOf(supervisor, program);
    signal(supervisor, "SIGSTOP");
    if (child !== null) signal(child, "SIGKILL");
    return () => void signal(supervisor, "SIGCONT");
  };
}

/** Stops all of an instance at once, as a machine that is gone. */
function frozen(of: "watched" | "other"): Fault["begin"] {
  return (pair) => {
    const instance = pair[of];
    const pids = [
      instance.pid(),
      ...(["api", "checker", "sender"] as const).map((program) => instance.process(program)),
    ].filter((pid) => pid !== null);
    for (const pid of pids) signal(pid, "SIGSTOP");
    return () => {
      for (const pid of pids) signal(pid, "SIGCONT");
    };
  };
}

export const FAULTS: readonly Fault[] = [
  {
    name: "checker",
    text: "no checker runs",
    isPossible: always,
    begin: without("checker"),
    expects: ["readyMs", "otherMs"],
    alertsOf: "other",
  },
  {
    name: "sender",
    text: "no sender runs",
    isPossible: always,
    begin: without("sender"),
    expects: ["readyMs", "otherMs"],
    alertsOf: "other",
  },
  {
    name: "api",
    text: "no api runs",
    isPossible: always,
    begin: without("api"),
    expects: ["readyMs", "otherMs"],
    alertsOf: "other",
  },
  {
    name: "postgres",
    text: "PostgreSQL does not answer",
    isPossible: always,
    begin: ({ postgres }) => {
      const pid = postgres();
      if (pid === null) throw new Error("PostgreSQL does not run.");
      signalPostgres(pid, "SIGSTOP");
      return () => signalPostgres(pid, "SIGCONT");
    },
    expects: ["readyMs", "otherMs"],
    alertsOf: "other",
  },
  {
    name: "disk",
    text: "the disk is full",
    isPossible: ({ disk }) => disk !== null,
    begin: ({ disk }) => {
      disk?.fill();
      return () => disk?.empty();
    },
    expects: ["readyMs", "otherMs"],
    alertsOf: "other",
  },
  {
    name: "machine",
    text: "the whole machine is gone",
    isPossible: always,
    begin: frozen("watched"),
    expects: ["readyMs", "otherMs"],
    alertsOf: "other",
  },
  {
    name: "other",
    text: "the other machine is gone",
    isPossible: always,
    begin: frozen("other"),
    expects: ["otherMs"],
    alertsOf: "watched",
  },
];
