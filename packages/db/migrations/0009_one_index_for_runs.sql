-- One index of runs instead of two: each is one more random page that every ping writes. With the outcome in it, it also
-- finds a check's last success without reading the runs themselves.
DROP INDEX "runs_success";
--> statement-breakpoint
DROP INDEX "runs_check";
--> statement-breakpoint
CREATE INDEX "runs_check" ON "runs" USING btree ("check_id", "heard_at") INCLUDE ("outcome");
