import type { Trial } from "../../support/try-all.ts";
import { openPlace } from "./local.ts";

const NTFY = "heckel.io/ntfy/v2";
const NTFY_VERSION = "v2.14.0";

/** Skipped while the Go module proxy does not have ntfy. Once it does, this is a fault until somebody writes the steps. */
export const ntfy: Trial = {
  name: "ntfy",
  run: async (steps) => {
    const place = await openPlace();
    try {
      await place.run(`go mod download ${NTFY}@${NTFY_VERSION}`, { GOFLAGS: "-mod=mod" });
      steps.version = NTFY_VERSION;
      throw new Error("ntfy is available now: write its steps.");
    } finally {
      await place.remove();
    }
  },
};

/** PyPI has only the library; the server is a container image, which we do not run here. */
export const appriseApi: Trial = {
  name: "Apprise API",
  run: () => Promise.reject(new Error("PyPI has the library, not the server that a webhook could post to.")),
};
