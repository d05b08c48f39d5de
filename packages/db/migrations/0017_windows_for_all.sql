ALTER TABLE "maintenance_windows" ADD COLUMN "for_all" boolean DEFAULT true NOT NULL;--> statement-breakpoint
UPDATE "maintenance_windows" w SET "for_all" = (w."tags" = '{}' AND NOT EXISTS (SELECT 1 FROM "maintenance_checks" m WHERE m."window_id" = w."id"));
