ALTER TABLE "reports" DROP CONSTRAINT "reports_once";--> statement-breakpoint
DROP INDEX "reports_due";--> statement-breakpoint
ALTER TABLE "reports" ALTER COLUMN "channel_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "reports" ALTER COLUMN "due_at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "user_id" text;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "timezone" text;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "last_period" text;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_member_fk" FOREIGN KEY ("project_id","user_id") REFERENCES "public"."members"("project_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reports_due" ON "reports" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_member" UNIQUE("project_id","user_id");--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_channel_once" UNIQUE("project_id","channel_id");--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_to_one" CHECK (num_nonnulls(user_id, channel_id) = 1);