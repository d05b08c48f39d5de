ALTER TYPE "public"."audit_actor" ADD VALUE 'system';--> statement-breakpoint
ALTER TYPE "public"."key_scope" ADD VALUE 'read:bodies';--> statement-breakpoint
CREATE TABLE "audit_streams" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"settings" text NOT NULL,
	"hint" text NOT NULL,
	"sent_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sent_id" uuid,
	"failures" integer DEFAULT 0 NOT NULL,
	"problem" text,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "networks" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "kept_bodies" text DEFAULT 'all' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "redactions" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "redacted_words" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "short_addresses" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_streams" ADD CONSTRAINT "audit_streams_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;