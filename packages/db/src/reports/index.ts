export {
  type ChoiceEdit,
  editReportChoice,
  findReportChoice,
  type ReportChoice,
  storeOwnersReports,
} from "./choices.ts";
export { findReport, type ReportQuery } from "./find-report.ts";
export { queueReportNow, queueReports } from "./queue-reports.ts";
export { findStopped, stopReports, stopReportsLink } from "./stop-link.ts";
