import { fold, newCheck } from "@overdue/core";
import type { Machine } from "./world/live.ts";

/** The machine of the product. */
export const machine: Machine = { fold, newCheck };
