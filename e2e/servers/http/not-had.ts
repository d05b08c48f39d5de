import type { Tried } from "../../support/try-all.ts";
import { openPlace } from "./local.ts";

const NTFY = "heckel.io/ntfy/v2";
const NTFY_VERSION = "v2.14.0";

/** Once the Go module proxy has it, this is a fault until somebody writes its steps. */
export const ntfy: Tried = {
  name: "ntfy",
  run: async (steps) => {
    const place = await openPlace();
    try {
      await place.run(`go mod download ${NTFY}@${NTFY_VERSION}`, { GOFLAGS: "-mod=mod" });
      steps.version = NTFY_VERSION;
      throw new Error("It can be had by now: write its steps.");
    } finally {
      await place.remove();
    }
  },
};

/** PyPI has the library alone; its server comes as a container image, which we do not run here. */
export const appriseApi: Tried = {
  name: "Apprise API",
  run: () => Promise.reject(new Error("PyPI has the library, not the server that a webhook could post to.")),
};
