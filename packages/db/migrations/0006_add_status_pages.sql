CREATE TYPE "public"."page_theme" AS ENUM('auto', 'light', 'dark');--> statement-breakpoint
CREATE TYPE "public"."page_visibility" AS ENUM('public', 'password');--> statement-breakpoint
CREATE TYPE "public"."update_state" AS ENUM('investigating', 'identified', 'monitoring', 'resolved', 'notice');--> statement-breakpoint
CREATE TABLE "status_mails" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"subscriber_id" uuid NOT NULL,
	"update_id" uuid,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT now(),
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "status_mails_once" UNIQUE NULLS NOT DISTINCT("subscriber_id","update_id")
);
--> statement-breakpoint
CREATE TABLE "status_page_entries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"page_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"group_name" text DEFAULT '' NOT NULL,
	"name" text NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "status_page_entries_once" UNIQUE("page_id","check_id")
);
--> statement-breakpoint
CREATE TABLE "status_pages" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"host" text,
	"visibility" "page_visibility" DEFAULT 'public' NOT NULL,
	"password_hash" text,
	"theme" "page_theme" DEFAULT 'auto' NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"shows_incidents" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "status_pages_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "status_posts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"page_id" uuid NOT NULL,
	"title" text NOT NULL,
	"incident_id" uuid,
	"entry_ids" uuid[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "status_posts_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "status_subscribers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"page_id" uuid NOT NULL,
	"email" text NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"confirmed_at" timestamp (3) with time zone,
	CONSTRAINT "status_subscribers_project_id" UNIQUE("project_id","id"),
	CONSTRAINT "status_subscribers_once" UNIQUE("page_id","email")
);
--> statement-breakpoint
CREATE TABLE "status_updates" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"post_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"state" "update_state" NOT NULL,
	"text" text NOT NULL,
	"by" text NOT NULL,
	CONSTRAINT "status_updates_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
ALTER TABLE "status_mails" ADD CONSTRAINT "status_mails_subscriber" FOREIGN KEY ("project_id","subscriber_id") REFERENCES "public"."status_subscribers"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "status_mails" ADD CONSTRAINT "status_mails_update_fk" FOREIGN KEY ("project_id","update_id") REFERENCES "public"."status_updates"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "status_page_entries" ADD CONSTRAINT "status_page_entries_page" FOREIGN KEY ("project_id","page_id") REFERENCES "public"."status_pages"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "status_page_entries" ADD CONSTRAINT "status_page_entries_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "status_pages" ADD CONSTRAINT "status_pages_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "status_posts" ADD CONSTRAINT "status_posts_page_fk" FOREIGN KEY ("project_id","page_id") REFERENCES "public"."status_pages"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "status_subscribers" ADD CONSTRAINT "status_subscribers_page" FOREIGN KEY ("project_id","page_id") REFERENCES "public"."status_pages"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "status_updates" ADD CONSTRAINT "status_updates_post_fk" FOREIGN KEY ("project_id","post_id") REFERENCES "public"."status_posts"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "status_mails_due" ON "status_mails" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "status_mails_update" ON "status_mails" USING btree ("update_id");--> statement-breakpoint
CREATE INDEX "status_mails_created" ON "status_mails" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "status_page_entries_check" ON "status_page_entries" USING btree ("check_id");--> statement-breakpoint
CREATE UNIQUE INDEX "status_pages_slug" ON "status_pages" USING btree ("slug") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "status_pages_host" ON "status_pages" USING btree ("host") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "status_posts_page" ON "status_posts" USING btree ("page_id","created_at");--> statement-breakpoint
CREATE INDEX "status_subscribers_unconfirmed" ON "status_subscribers" USING btree ("asked_at") WHERE confirmed_at is null;--> statement-breakpoint
CREATE INDEX "status_updates_post" ON "status_updates" USING btree ("post_id","at");