export {
  type ChoiceEdit,
  editReportChoice,
  findReportChoice,
  type ReportChoice,
  storeOwnersReports,
  findStopped,
  stopReports,
  stopReportsLink,
} from "./choices.ts";
export { readReport, type ReportQuery, ReportTooLarge } from "./find-report.ts";
export {
  type AskedReport,
  queueReportNow,
  queueReports,
  REPORTS_AT_ONCE,
  reportsWithinMinute,
} from "./queue-reports.ts";
