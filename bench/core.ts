import { benchFolds } from "./core/folds.ts";
import { benchSchedules } from "./core/schedules.ts";

/** Folds and next times per second on one core, per kind of schedule: `npm run bench:core [seconds per line]`. */
const seconds = Number(process.argv[2] ?? 1);
benchFolds(seconds);
console.log("");
benchSchedules(seconds);
