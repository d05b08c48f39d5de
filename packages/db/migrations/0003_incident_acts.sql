CREATE TABLE "check_dependencies" (
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"depends_on_id" uuid NOT NULL,
	CONSTRAINT "check_dependencies_check_id_depends_on_id_pk" PRIMARY KEY("check_id","depends_on_id")
);
--> statement-breakpoint
CREATE TABLE "incident_entries" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"incident_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"by" text NOT NULL,
	"text" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "maintenance_checks" (
	"project_id" uuid NOT NULL,
	"window_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	CONSTRAINT "maintenance_checks_window_id_check_id_pk" PRIMARY KEY("window_id","check_id")
);
--> statement-breakpoint
CREATE TABLE "maintenance_windows" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"rule" jsonb NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"stopped_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "maintenance_windows_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
ALTER TABLE "checks" ADD COLUMN "severity" text DEFAULT 'warning' NOT NULL;--> statement-breakpoint
ALTER TABLE "checks" ADD COLUMN "maintenance" jsonb;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "acknowledged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "acknowledged_by" text;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "snoozed_until" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "wake_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "host" text;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "incidents" ADD COLUMN "storm_id" uuid;--> statement-breakpoint
ALTER TABLE "slots" ADD COLUMN "because" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "timezone" text DEFAULT 'UTC' NOT NULL;--> statement-breakpoint
ALTER TABLE "check_dependencies" ADD CONSTRAINT "check_dependencies_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "check_dependencies" ADD CONSTRAINT "check_dependencies_on_fk" FOREIGN KEY ("project_id","depends_on_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_entries" ADD CONSTRAINT "incident_entries_incident_fk" FOREIGN KEY ("project_id","incident_id") REFERENCES "public"."incidents"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "maintenance_checks" ADD CONSTRAINT "maintenance_checks_window" FOREIGN KEY ("project_id","window_id") REFERENCES "public"."maintenance_windows"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "maintenance_checks" ADD CONSTRAINT "maintenance_checks_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "maintenance_windows" ADD CONSTRAINT "maintenance_windows_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "check_dependencies_on" ON "check_dependencies" USING btree ("depends_on_id");--> statement-breakpoint
CREATE INDEX "incident_entries_incident" ON "incident_entries" USING btree ("incident_id","at");--> statement-breakpoint
CREATE INDEX "maintenance_checks_check" ON "maintenance_checks" USING btree ("check_id");--> statement-breakpoint
CREATE INDEX "maintenance_windows_project" ON "maintenance_windows" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "incidents_open" ON "incidents" USING btree ("project_id","opened_at") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "incidents_wake" ON "incidents" USING btree ("wake_at") WHERE wake_at is not null;