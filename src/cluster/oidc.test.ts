import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createAuthority } from "#os/pki.ts";
import { oidcOptions } from "./oidc.ts";
import { readSettings } from "./settings.ts";

const issuer = "https://id.example.com";
const settings = (texts: Readonly<Record<string, string>>) =>
  readSettings(new Map(Object.entries(texts).map(([name, text]) => [name, { text, from: `--${name}` }])));
const given = { "oidc-issuer-url": issuer, "oidc-client-id": "portolan" };

test("without an issuer nobody else says who somebody is", async () => {
  assert.equal(await oidcOptions(settings({})), undefined);
});

test("what isn't said of an issuer is as in kube-apiserver", async () => {
  assert.deepEqual(await oidcOptions(settings(given)), {
    issuer,
    clientId: "portolan",
    usernameClaim: "sub",
    usernamePrefix: `${issuer}#`,
    groupsClaim: "",
    groupsPrefix: "",
    requiredClaims: [],
    algorithms: ["RS256"],
    ca: undefined,
  });
});

for (const [claim, prefix, told] of [
  ["sub", "", `${issuer}#`],
  ["name", "", `${issuer}#`],
  ["email", "", ""],
  ["email", "id:", "id:"],
  ["sub", "id:", "id:"],
  ["sub", "-", ""],
] as const)
  test(`names from the claim ${claim}, with the prefix ${JSON.stringify(prefix)}, begin with ${JSON.stringify(told)}`, async () => {
    const read = await oidcOptions(
      settings({ ...given, "oidc-username-claim": claim, "oidc-username-prefix": prefix }),
    );
    assert.equal(read?.usernamePrefix, told);
  });

for (const alone of ["oidc-issuer-url", "oidc-client-id"] as const)
  test(`--${alone} alone is refused`, () =>
    assert.rejects(oidcOptions(settings({ [alone]: given[alone] })), {
      code: "OidcUnusable",
      message: "--oidc-issuer-url and --oidc-client-id must be specified together",
    }));

test("the issuer's certificates are read from their file, which must hold some", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ptl-oidc-"));
  try {
    const file = join(folder, "ca.crt");
    const read = () => oidcOptions(settings({ ...given, "oidc-ca-file": file }));
    await assert.rejects(read(), { code: "OidcUnusable", where: file });
    await writeFile(file, "none");
    await assert.rejects(read(), { code: "OidcUnusable", where: file });
    const { certificate } = await createAuthority("id", { from: Date.now(), to: Date.now() + 60_000 });
    await writeFile(file, certificate);
    assert.equal((await read())?.ca, certificate);
  } finally {
    await rm(folder, { recursive: true });
  }
});
