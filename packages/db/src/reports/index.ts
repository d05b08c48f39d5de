export {
  type ChoiceEdit,
  editReportChoice,
  findReportChoice,
  type ReportChoice,
  storeOwnersReports,
} from "./choices.ts";
export { readReport, type ReportQuery, ReportTooLarge } from "./find-report.ts";
export {
  type AskedReport,
  queueReportNow,
  queueReports,
  REPORTS_AT_ONCE,
  reportsWithinMinute,
} from "./queue-reports.ts";
export { findStopped, stopReports, stopReportsLink } from "./stop-link.ts";
