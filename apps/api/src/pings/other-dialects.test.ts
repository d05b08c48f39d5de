import { expect, test } from "vitest";

import { findForeignOutcome } from "./other-dialects.ts";

const read = (query: string) => findForeignOutcome(new URLSearchParams(query));

test.each([
  ["state=fail"],
  ["state=run"],
  ["state=complete"],
  ["state=ok"],
  ["STATE=Fail"],
  ["state=complete&status_code=3"],
  ["status=down"],
  ["status=DOWN&msg=disk%20full"],
  ["status=error"],
  ["status=in_progress"],
  ["status=running"],
  ["status=3"],
  ["status=whatever"],
  ["status=up&msg=start&ping="],
  ["status=up&msg=fail"],
  ["success=false"],
  ["success=0"],
  ["success=false&error=timeout"],
  ["s=1"],
  ["s=disk+full"],
  ["m=late&s=2"],
  ["exit_code=1"],
  ["exitCode=1"],
  ["exit-status=127"],
  ["status_code=3"],
  ["rc=255"],
  ["code=-1"],
  ["failed=true"],
  ["failure_message=boom"],
  ["error=boom"],
  ["healthy=false"],
  ["passed=0"],
  ["ret=1"],
  ["retval=2"],
  ["ec=1"],
  ["log"],
  ["fail"],
  ["fail="],
  ["rid=x&failed"],
  ["msg=start"],
  ["message=failed"],
  ["event=start"],
])("?%s says something else than success", (query) => {
  expect(read(query)).not.toBeNull();
});

test.each([
  [""],
  ["rid=123e4567-e89b-12d3-a456-426614174000"],
  ["create=1"],
  ["&tag=job_id%3D00a&tag=host%3Ddb1"],
  ["_=1718000000"],
  ["status=up&msg=OK&ping=12"],
  ["status=ok"],
  ["status=0"],
  ["success=true"],
  ["success=1"],
  ["success=true&error=&duration=2s"],
  ["healthy=1"],
  ["passed=true"],
  ["ret=0"],
  ["s="],
  ["s=0"],
  ["m=just+checking+in"],
  ["exit_code=0"],
  ["exit_code=000"],
  ["exit_code="],
  ["error=false"],
  ["error_count=0"],
  ["msg=saved%2012%20GB"],
  ["msg=Gr%C3%B6%C3%9Fe"],
  ["message=no+failures"],
  ["duration=0.063&host=db1&env=production"],
  ["type=backup"],
])("?%s says nothing against a success", (query) => {
  expect(read(query)).toBeNull();
});

test("what is refused is named as it was sent", () => {
  expect(read("duration=3&Status=Down")).toBe("Status=Down");
  expect(read("fail")).toBe("fail");
});
