CREATE TABLE "slack_links" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"state_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"code" text,
	"taken_until" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"trouble" text,
	"channel_id" uuid,
	CONSTRAINT "slack_links_state" UNIQUE("state_hash")
);
--> statement-breakpoint
CREATE TABLE "slack_presses" (
	"id" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"answer" text,
	"taken_until" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "telegram_updates" (
	"update_id" bigint PRIMARY KEY NOT NULL,
	"body" text NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"handled_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "slack_links" ADD CONSTRAINT "slack_links_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slack_links" ADD CONSTRAINT "slack_links_channel" FOREIGN KEY ("project_id","channel_id") REFERENCES "public"."channels"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "slack_links_project" ON "slack_links" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "slack_links_waiting" ON "slack_links" USING btree ("created_at") WHERE code is not null and ended_at is null;--> statement-breakpoint
CREATE INDEX "slack_presses_waiting" ON "slack_presses" USING btree ("created_at") WHERE answer is not null and ended_at is null;--> statement-breakpoint
CREATE INDEX "telegram_updates_waiting" ON "telegram_updates" USING btree ("update_id") WHERE handled_at is null;