ALTER TABLE "checks" ADD COLUMN "metric_limits" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "pings" ADD COLUMN "metrics" json;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "metrics" json;