import type { Trial } from "../support/try-all.ts";
import { fromCargo } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

const MANIFEST = `[package]
name = "client"
version = "0.1.0"
edition = "2021"
[dependencies]
healthchecks = { version = "=3.3.0", features = ["v3"] }
[profile.dev]
debug = false
`;
const SOURCE = `use healthchecks::{manage, ping};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (url, key, uuid) = (&args[2], &args[3], &args[4]);
    let api = manage::get_client_with_url(key.clone(), None, format!("{url}/api/v3")).unwrap();
    match args[1].as_str() {
        "ping" => {
            let client = ping::get_client_with_url(uuid, &format!("{url}/ping")).unwrap();
            print!("{} {} ", client.start_timer(), client.report_success());
            print!("{} {} ", client.start_timer(), client.report_failure_with_logs("no space"));
        }
        "manage" => {
            let check = api.get_check(uuid).unwrap();
            print!("{} {} ", check.name, api.list_logged_pings(uuid).unwrap().len());
            print!("{:?} ", api.pause(uuid).unwrap().status);
            print!("{} {}", api.get_channels().is_ok(), api.delete(uuid).is_ok());
        }
        _ => print!("{:?}", api.list_status_changes(uuid).err()),
    }
}
`;

/** The crate healthchecks. It requests pings and flips by POST, without a slash at the end. */
export const crateHealthchecks: Trial = {
  name: "crate-healthchecks",
  run: withOverdue(async (steps, overdue) => {
    const program = await fromCargo("healthchecks-3.3.0", MANIFEST, SOURCE);
    steps.version = "3.3.0";
    const drive = async (what: string, uuid: string) => {
      const { out, err } = await run(program, [what, overdue.origin, overdue.keys.write, uuid]);
      return out.trim() || err.slice(-300);
    };
    await steps.step(
      "pings",
      /^true true true true start, success, start, fail "no space"; run success; run fail$/,
      async () => {
        const check = await overdue.addCheck();
        return `${await drive("ping", check.uuid)} ${await overdue.seen(check)}`;
      },
    );
    await steps.step("reads, pauses, deletes", /^job \d+ 0 "?[Pp]aused"? true true$/, async () =>
      drive("manage", (await overdue.addCheck()).uuid),
    );
    await steps.step(
      "own fault: list_status_changes accepts only a list, but Healthchecks answers {flips}",
      /expected a sequence/,
      async () => drive("flips", (await overdue.addCheck()).uuid),
    );
  }),
};
