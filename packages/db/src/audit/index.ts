export type { AuditChanges } from "../schema/audit.ts";
export { type AuditActor, insertAuditEntry, type NewAuditEntry } from "./insert-audit-entry.ts";
export { type AuditRow, listAuditEntries } from "./list-audit-entries.ts";
export { pruneAuditEntries } from "./prune-audit-entries.ts";
