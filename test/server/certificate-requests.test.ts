import assert from "node:assert/strict";
import { test } from "node:test";
import { certificateRequest } from "./fixtures.ts";
import { type Served, serve, type Told } from "./served.ts";

const path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const spec = { request: certificateRequest, signerName: "example.com/anybody", usages: ["client auth"] };
const approved = { type: "Approved", status: "True", reason: "KubectlApprove" };
const merge = { "content-type": "application/merge-patch+json" };

const make = (served: Served, name: string, more: object = {}): Promise<Told> =>
  served.send("POST", path, { body: { metadata: { name }, spec: { ...spec, ...more } } });
const put = (served: Served, name: string, at: string, status: object): Promise<Told> =>
  served.send("PATCH", `${path}/${name}/${at}`, { body: { status }, headers: merge });

test("who asks is written down by the server, and nobody can change what was asked", async () => {
  await using served = await serve();
  const made = await make(served, "a", { username: "somebody else", groups: ["system:masters"], uid: "1" });
  assert.deepEqual(
    [made.at("spec", "username"), made.at("spec", "groups"), made.at("spec", "uid"), made.at("status")],
    ["tester", ["system:masters", "system:authenticated"], undefined, {}],
  );
  const changed = await served.send("PATCH", `${path}/a`, {
    body: { metadata: { labels: { a: "b" } }, spec: { signerName: "example.com/other" }, status: { certificate: "" } },
    headers: merge,
  });
  assert.deepEqual(
    [changed.at("spec", "signerName"), changed.at("metadata", "labels", "a")],
    ["example.com/anybody", "b"],
  );
});

test("it is approved once, at approval alone, and signed once", async () => {
  await using served = await serve();
  await make(served, "a");
  const elsewhere = await put(served, "a", "status", { conditions: [approved] });
  assert.deepEqual(
    [elsewhere.status, elsewhere.at("details", "causes", 0, "message")],
    [422, 'Forbidden: updates may not add a condition of type "Approved"'],
  );
  const told = await put(served, "a", "approval", { conditions: [approved], certificate: "LS0t" });
  assert.equal(told.status, 200, told.text);
  assert.match(String(told.at("status", "conditions", 0, "lastUpdateTime")), /^20/);
  assert.equal(told.at("status", "certificate"), undefined, "approval signs nothing");
  const undone = await put(served, "a", "approval", { conditions: [] });
  assert.match(undone.text, /updates may not remove a condition of type/);
  const both = await put(served, "a", "approval", { conditions: [approved, { type: "Denied", status: "True" }] });
  assert.match(both.text, /Approved and Denied conditions are mutually exclusive/);
  const pem = (label: string, body = "MAA=") =>
    Buffer.from(`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`).toString("base64");
  const wrong = await put(served, "a", "status", { certificate: pem("RSA PRIVATE KEY") });
  assert.match(wrong.text, /only CERTIFICATE PEM blocks are allowed/);
  const signed = await put(served, "a", "status", { certificate: pem("CERTIFICATE") });
  assert.equal(signed.status, 200, signed.text);
  const again = await put(served, "a", "status", { certificate: pem("CERTIFICATE", "BQA=") });
  assert.match(again.text, /updates may not modify existing certificate content/);
});

const pemOf = (base64: string): string => Buffer.from(base64, "base64").toString();
const forged = Buffer.from(pemOf(certificateRequest).replace("KoZIzj0CAQ", "KoZIzj0CAA")).toString("base64");
const tampered = Buffer.from(pemOf(certificateRequest).replace("Om4xMFkw", "Om4yMFkw")).toString("base64");

const refusals: readonly (readonly [what: string, spec: object, message: RegExp])[] = [
  ["a request that is no PEM", { request: "MAA=" }, /PEM block type must be CERTIFICATE REQUEST/],
  ["a request that somebody has changed", { request: tampered }, /spec\.request: Invalid value: .*x509: the signature/],
  ["a request for a key of no known kind", { request: forged }, /spec\.request: Invalid value: .*x509: /],
  ["no usages", { usages: [] }, /spec\.usages: Required value/],
  ["a usage that isn't known", { usages: ["client"] }, /spec\.usages\[0\]: Unsupported value: "client"/],
  ["a usage twice", { usages: ["client auth", "client auth"] }, /spec\.usages\[1\]: Duplicate value: "client auth"/],
  ["a signer without a domain", { signerName: "me" }, /must be a fully qualified domain and path/],
  ["the signer of old", { signerName: "kubernetes.io/legacy-unknown" }, /the legacy signerName is not allowed/],
  ["five minutes", { expirationSeconds: 300 }, /may not specify a duration less than 600 seconds \(10 minutes\)/],
];
for (const [what, more, message] of refusals)
  test(`refused: ${what}`, async () => {
    await using served = await serve();
    const told = await make(served, "a", more);
    const sentence = String(told.at("message"));
    assert.deepEqual([told.status, message.test(sentence) ? message.source : sentence], [422, message.source]);
  });
