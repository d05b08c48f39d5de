export { endLease, type Tenure, moveLease, takeLease } from "./lease.ts";
