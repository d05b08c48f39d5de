ALTER TYPE "public"."audit_actor" ADD VALUE 'link';--> statement-breakpoint
ALTER TYPE "public"."audit_actor" ADD VALUE 'slack';--> statement-breakpoint
ALTER TYPE "public"."audit_actor" ADD VALUE 'telegram';--> statement-breakpoint
ALTER TYPE "public"."audit_actor" ADD VALUE 'operator';--> statement-breakpoint
CREATE TABLE "telegram_starts" (
	"chat" text PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "incident_entries" ADD COLUMN "link" text;--> statement-breakpoint
-- Emptying the table would pass by the trigger that looks at each row.
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON "audit_entries"
	FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries();
