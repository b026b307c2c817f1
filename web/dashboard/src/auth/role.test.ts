import { expect, test } from "vitest";
import { identityOf } from "./role";

const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_")}.s`;

test("admins are in the group admin or hold the scope, as whole words", () => {
  expect(identityOf(token({ sub: "a", "cognito:groups": ["admin"] }))).toEqual({ account: "a", role: "admin" });
  expect(identityOf(token({ sub: "a", scope: "openid analytic/admin" })).role).toBe("admin");
  expect(identityOf(token({ sub: "a", scp: ["analytic/admin"] })).role).toBe("admin");
  expect(identityOf(token({ sub: "a", "cognito:groups": ["billing,admin"], scope: "analytic/administer" })).role).toBe(
    "member",
  );
});

test("an invalid token is a member without an account", () => {
  expect(identityOf("rubbish")).toEqual({ account: "", role: "member" });
});
