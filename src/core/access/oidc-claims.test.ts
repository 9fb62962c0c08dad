import assert from "node:assert/strict";
import { test } from "node:test";
import { type OidcMapping, oidcIdentity } from "./oidc-claims.ts";

const mapping: OidcMapping = {
  issuer: "https://id.example.com",
  clientId: "portolan",
  usernameClaim: "sub",
  usernamePrefix: "id#",
  groupsClaim: "",
  groupsPrefix: "",
  requiredClaims: [],
};
const claims = {
  iss: "https://id.example.com",
  aud: ["other", "portolan"],
  exp: 2000,
  sub: "anna",
  email: "anna@example.com",
};
const byEmail = { usernameClaim: "email", usernamePrefix: "" };
const byGroups = { groupsClaim: "groups", groupsPrefix: "g:" };
const requiring = { requiredClaims: [{ name: "hd", value: "example.com" }] };

interface Row {
  readonly what: string;
  readonly mapping?: Partial<OidcMapping>;
  readonly claims?: object;
  /** The user and the groups, or why not. */
  readonly told: readonly string[] | string;
}
const rows: readonly Row[] = [
  { what: "the user's prefix and claim", told: ["id#anna"] },
  { what: "groups that nothing asks for", claims: { groups: ["dev"] }, told: ["id#anna"] },
  { what: "groups", mapping: byGroups, claims: { groups: ["dev", "ops"] }, told: ["id#anna", "g:dev", "g:ops"] },
  { what: "one group", mapping: byGroups, claims: { groups: "dev" }, told: ["id#anna", "g:dev"] },
  { what: "no groups", mapping: byGroups, told: ["id#anna"] },
  {
    what: "groups that are none",
    mapping: byGroups,
    claims: { groups: { dev: true } },
    told: 'oidc: parse groups claim "groups": no string or list of strings',
  },
  { what: "an email of which nothing more is said", mapping: byEmail, told: ["anna@example.com"] },
  { what: "an email that is verified", mapping: byEmail, claims: { email_verified: true }, told: ["anna@example.com"] },
  ...[false, "true", 1].map((verified) => ({
    what: `an email whose verification is ${JSON.stringify(verified)}`,
    mapping: byEmail,
    claims: { email_verified: verified },
    told: "oidc: email not verified",
  })),
  { what: "a claim that must be there", mapping: requiring, claims: { hd: "example.com" }, told: ["id#anna"] },
  { what: "its absence", mapping: requiring, told: "oidc: required claim hd not present in ID token" },
  {
    what: "another value",
    mapping: requiring,
    claims: { hd: "example.org" },
    told: "oidc: required claim hd value does not match",
  },
  {
    what: "a claim that every object of JavaScript has",
    mapping: { usernameClaim: "constructor" },
    told: 'oidc: parse username claims "constructor": claim not present',
  },
  { what: "an empty name", claims: { sub: "" }, told: 'oidc: parse username claims "sub": claim not present' },
  { what: "its end", claims: { exp: 999 }, told: "oidc: verify token: token is expired" },
  { what: "its last second", claims: { exp: 1000 }, told: ["id#anna"] },
  { what: "a beginning in a minute", claims: { nbf: 1060 }, told: ["id#anna"] },
  { what: "a later beginning", claims: { nbf: 1061 }, told: "oidc: verify token: token is not valid yet" },
  { what: "another audience", claims: { aud: "x" }, told: 'oidc: verify token: expected audience "portolan"' },
];
for (const { what, told, ...row } of rows)
  test(`an ID token with ${what}: ${JSON.stringify(told)}`, () => {
    const reading = oidcIdentity({ ...claims, ...row.claims }, { ...mapping, ...row.mapping }, 1000);
    const seen =
      reading.kind === "refused"
        ? reading.because
        : [reading.identity.user, ...reading.identity.groups.filter((one) => one !== "system:authenticated")];
    assert.deepEqual(seen, told);
  });
