import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { certificateSigningRequests } from "#api/certificates/certificate-signing-request.ts";
import { nodes } from "#api/core/node.ts";
import { secrets } from "#api/core/secret.ts";
import { type ResourceClient, resourceClient } from "#client/resource.ts";
import { createAuthority, createRequest } from "#os/pki.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const dayMs = 24 * 3600 * 1000;
const authority = await createAuthority("test-ca", { from: Date.now() - dayMs, to: Date.now() + 3650 * dayMs });
const ca = { certificate: authority.certificate, key: authority.key };

const groups = { node: ["system:nodes"], bootstrapper: ["system:bootstrappers"], administrator: ["system:masters"] };
type Csr = typeof certificateSigningRequests extends { readonly type: infer T } ? T : never;
type Requests = Pick<ResourceClient<InstanceType<Csr>, never>, "get">;

interface Asking {
  readonly user: string;
  readonly as: keyof typeof groups;
  readonly name: string;
  readonly organizations?: readonly string[];
  readonly hosts?: readonly string[];
  readonly signer?: "kube-apiserver-client-kubelet" | "kubelet-serving" | "kube-apiserver-client";
  readonly usages?: readonly string[];
  readonly expirationSeconds?: number;
}

const clientUsages = ["digital signature", "client auth"];
const servingUsages = ["digital signature", "server auth"];

/** Asks for a certificate as somebody; gives the key that it is to be for. */
async function ask(cluster: Cluster, csr: string, asking: Asking): Promise<string> {
  const {
    user,
    as,
    name,
    organizations = ["system:nodes"],
    hosts = [],
    signer = "kube-apiserver-client-kubelet",
  } = asking;
  const identity = { user, groups: [...groups[as], "system:authenticated"] };
  const { request, key } = await createRequest({ name, organizations }, hosts);
  await resourceClient(inProcessTransport(cluster.served.server, identity), certificateSigningRequests).create("", {
    metadata: { name: csr },
    spec: {
      request: Buffer.from(request).toString("base64"),
      signerName: `kubernetes.io/${signer}`,
      usages: asking.usages ?? (signer === "kubelet-serving" ? servingUsages : clientUsages),
      ...(asking.expirationSeconds !== undefined && { expirationSeconds: asking.expirationSeconds }),
    },
  });
  return key;
}

const requests = ({ of }: Cluster): Requests => of(certificateSigningRequests);
const issued = (cluster: Cluster, csr: string): Promise<X509Certificate> =>
  eventually(
    `the certificate of ${csr}`,
    async () => {
      const { certificate = "" } = (await requests(cluster).get("", csr)).status;
      return certificate === "" ? undefined : new X509Certificate(Buffer.from(certificate, "base64"));
    },
    { seconds: 10 },
  );
const statusOf = async (cluster: Cluster, csr: string): Promise<string> => {
  await cluster.controllers.idle();
  const { conditions = [], certificate } = (await requests(cluster).get("", csr)).status;
  return [...conditions.map(({ type, reason }) => `${type} ${reason}`), ...(certificate ? ["Issued"] : [])].join(", ");
};

test("a newcomer gets a client certificate for its key, renews it as itself, and gets a serving one for its own addresses", async () => {
  await using cluster = await startCluster({ nodes: 0, ca });
  const bootstrap = { user: "system:bootstrap:abcdef", as: "bootstrapper" } as const;
  const key = await ask(cluster, "first", { ...bootstrap, name: "system:node:n1", expirationSeconds: 3600 });
  const first = await issued(cluster, "first");
  assert.deepEqual(first.subject.split("\n"), ["O=system:nodes", "CN=system:node:n1"]);
  assert.ok(first.checkPrivateKey(createPrivateKey(key)));
  assert.ok(first.verify(new X509Certificate(ca.certificate).publicKey));
  assert.deepEqual(first.keyUsage, ["1.3.6.1.5.5.7.3.2"], "clientAuth alone");
  assert.ok(Date.parse(first.validTo) <= Date.now() + 3600_000);

  const own = { user: "system:node:n1", as: "node", name: "system:node:n1" } as const;
  await ask(cluster, "renewal", own);
  await issued(cluster, "renewal");

  await ask(cluster, "serving", { ...own, signer: "kubelet-serving", hosts: ["n1", "10.0.0.1"] });
  assert.equal(await statusOf(cluster, "serving"), "", "no Node says that these are its names");
  await cluster.of(nodes).create("", {
    metadata: { name: "n1" },
    status: { addresses: [{ type: "InternalIP", address: "10.0.0.1" }] },
  });
  const serving = await issued(cluster, "serving");
  assert.equal(serving.subjectAltName, "DNS:n1, IP Address:10.0.0.1");
  assert.deepEqual(serving.keyUsage, ["1.3.6.1.5.5.7.3.1"], "serverAuth alone");
  assert.deepEqual(cluster.failures, []);
});

const left: readonly (readonly [what: string, asking: Asking])[] = [
  [
    "a newcomer's, for a node that is alive",
    { user: "system:bootstrap:a", as: "bootstrapper", name: "system:node:node-1" },
  ],
  ["a node's, for another node", { user: "system:node:n1", as: "node", name: "system:node:n2" }],
  [
    "somebody's with an address in it",
    { user: "system:bootstrap:a", as: "bootstrapper", name: "system:node:n2", hosts: ["10.0.0.1"] },
  ],
  [
    "a serving one by a newcomer",
    {
      user: "system:bootstrap:a",
      as: "bootstrapper",
      name: "system:node:n2",
      hosts: ["n2"],
      signer: "kubelet-serving",
    },
  ],
  [
    "a serving one with somebody else's name",
    {
      user: "system:node:node-1",
      as: "node",
      name: "system:node:node-1",
      hosts: ["node-1", "kubernetes.default"],
      signer: "kubelet-serving",
    },
  ],
  [
    "one for the API's other clients",
    { user: "system:node:node-1", as: "node", name: "system:node:node-1", signer: "kube-apiserver-client" },
  ],
];
test("what nobody approves by itself waits for the administrator", async (t) => {
  await using cluster = await startCluster({ nodes: 1, ca });
  for (const [i, [what, asking]] of left.entries())
    await t.test(what, async () => {
      await ask(cluster, `csr-${i}`, asking);
      assert.equal(await statusOf(cluster, `csr-${i}`), "");
    });
});

const approval = { status: { conditions: [{ type: "Approved", status: "True", reason: "KubectlApprove" }] } };
const approve = (cluster: Cluster, csr: string): Promise<unknown> =>
  cluster.served.send("PATCH", `/apis/certificates.k8s.io/v1/certificatesigningrequests/${csr}/approval`, {
    body: approval,
    headers: { "content-type": "application/merge-patch+json" },
  });

test("what the administrator approves is signed, unless the signer doesn't sign such things", async () => {
  await using cluster = await startCluster({ nodes: 0, ca });
  const somebody = { user: "jane", as: "administrator", signer: "kube-apiserver-client" } as const;
  await ask(cluster, "jane", { ...somebody, name: "jane", organizations: ["developers", "#0c03616263"] });
  await approve(cluster, "jane");
  const { subject } = await issued(cluster, "jane");
  assert.deepEqual(
    subject.split("\n"),
    ["O=developers", "O=\\#0c03616263", "CN=jane"],
    "names are text, whatever they look like",
  );
  await ask(cluster, "server", { ...somebody, name: "jane", usages: ["server auth"] });
  await approve(cluster, "server");
  await cluster.controllers.idle();
  await eventually("a failure", async () => (await statusOf(cluster, "server")).includes("Failed"), { seconds: 10 });
  assert.equal(await statusOf(cluster, "server"), "Approved KubectlApprove, Failed SignerValidationFailure");
});

test("requests and tokens go when their time is over", async () => {
  let aheadMs = 0;
  await using cluster = await startCluster({ nodes: 0, ca, now: () => Date.now() + aheadMs });
  const { of } = cluster;
  const bootstrap = { user: "system:bootstrap:abcdef", as: "bootstrapper" } as const;
  await ask(cluster, "signed", { ...bootstrap, name: "system:node:n1" });
  await issued(cluster, "signed");
  await ask(cluster, "pending", { ...bootstrap, name: "system:node:n2", hosts: ["n2"] });
  const token = (expiration?: string) => ({
    type: "bootstrap.kubernetes.io/token",
    stringData: { "token-id": "abcdef", ...(expiration !== undefined && { expiration }) },
  });
  const inTwoHours = new Date(Date.now() + 7_200_000).toISOString();
  for (const [name, expiration] of [["ends", inTwoHours], ["stays"]] as const)
    await of(secrets).create("kube-system", { metadata: { name, namespace: "kube-system" }, ...token(expiration) });
  await of(secrets).create("default", { metadata: { name: "ends", namespace: "default" }, ...token(inTwoHours) });
  /** Any change brings them before the controllers, as a timer would. */
  const lookAgain = async (): Promise<readonly string[]> => {
    const body = { metadata: { annotations: { at: String(aheadMs) } } };
    for (const { metadata } of (await of(certificateSigningRequests).list("")).items)
      await of(certificateSigningRequests).patch("", metadata.name, { type: "merge", body });
    for (const { metadata } of (await of(secrets).list("")).items)
      await of(secrets).patch(metadata.namespace, metadata.name, { type: "merge", body });
    await cluster.controllers.idle();
    const left = [...(await of(certificateSigningRequests).list("")).items, ...(await of(secrets).list("")).items];
    return left.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`).toSorted();
  };
  const all = ["/pending", "/signed", "default/ends", "kube-system/ends", "kube-system/stays"];
  for (const [hours, gone] of [
    [0.9, []],
    [1.1, ["/signed"]],
    [2.1, ["/signed", "kube-system/ends"]],
    [24.1, ["/signed", "kube-system/ends", "/pending"]],
  ] as const) {
    aheadMs = hours * 3_600_000;
    const wanted = all.filter((one) => !gone.some((other) => other === one)).join();
    await eventually(`what is left after ${hours} h`, async () => (await lookAgain()).join() === wanted, {
      seconds: 10,
    });
  }
});
