CREATE TABLE "check_aliases" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"product" text NOT NULL,
	"key" text NOT NULL,
	"token" text,
	"slug" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "check_aliases_token_unique" UNIQUE("token"),
	CONSTRAINT "check_aliases_slug" UNIQUE("project_id","slug"),
	CONSTRAINT "check_aliases_key" UNIQUE("check_id","product","key")
);
--> statement-breakpoint
CREATE TABLE "shadow_pings" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"ping" jsonb NOT NULL,
	"body" "bytea",
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shadow_states" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"check_id" uuid NOT NULL,
	"status" text NOT NULL,
	"grace_seconds" integer,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shadows" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"project_id" uuid NOT NULL,
	"product" text NOT NULL,
	"ping_url" text NOT NULL,
	"api_url" text,
	"secrets" text NOT NULL,
	"keys_from" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"forwarded" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"dropped" bigint DEFAULT 0 NOT NULL,
	"last_forwarded_at" timestamp (3) with time zone,
	"forward_problem" text,
	"leased_until" timestamp (3) with time zone,
	"polled_at" timestamp (3) with time zone,
	"poll_problem" text,
	"next_poll_at" timestamp (3) with time zone,
	CONSTRAINT "shadows_project_id_unique" UNIQUE("project_id")
);
--> statement-breakpoint
ALTER TABLE "check_aliases" ADD CONSTRAINT "check_aliases_check" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shadow_pings" ADD CONSTRAINT "shadow_pings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shadow_states" ADD CONSTRAINT "shadow_states_check_fk" FOREIGN KEY ("project_id","check_id") REFERENCES "public"."checks"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shadows" ADD CONSTRAINT "shadows_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "shadow_pings_project" ON "shadow_pings" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "shadow_states_check" ON "shadow_states" USING btree ("check_id","first_at");--> statement-breakpoint
CREATE INDEX "shadow_states_project" ON "shadow_states" USING btree ("project_id","first_at");