import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve, type Told, withAccount } from "./served.ts";

type Labels = Readonly<Record<string, string>>;

const label = (mode: string): string => `pod-security.kubernetes.io/${mode}`;
const enforced = (level: string): Labels => ({ [label("enforce")]: level });

/** A namespace with the account that a controller would make for its pods. */
async function make(served: Served, labels: Labels): Promise<Told> {
  const told = await served.send("POST", "/api/v1/namespaces", { body: { metadata: { name: "shop", labels } } });
  if (told.status === 201) await withAccount(served, "shop");
  return told;
}

const create = (served: Served, spec: object, metadata: object = {}): Promise<Told> =>
  served.send("POST", "/api/v1/namespaces/shop/pods", { body: { metadata: { name: "x", ...metadata }, spec } });

/** What the strictest level has. */
const good = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const container = (more: object = {}, context: object = {}) => ({
  name: "c",
  image: "a",
  securityContext: { ...good, ...context },
  ...more,
});
const pod = (more: object = {}) => ({ containers: [container()], ...more });
const withContext = (context: object) => ({ containers: [container({}, context)] });

interface Case {
  readonly control: string;
  readonly spec: object;
  readonly metadata?: object;
  readonly told: string;
}

const probe = { httpGet: { port: 80, host: "192.0.2.1" } };

const refusedByBaseline: readonly Case[] = [
  {
    control: "the root of the node as a volume",
    spec: pod({ volumes: [{ name: "root", hostPath: { path: "/" } }] }),
    told: 'hostPath volumes (volume "root")',
  },
  { control: "the node's network", spec: pod({ hostNetwork: true }), told: "host namespaces (hostNetwork=true)" },
  { control: "the node's processes", spec: pod({ hostPID: true }), told: "host namespaces (hostPID=true)" },
  {
    control: "all of the node's namespaces",
    spec: pod({ hostNetwork: true, hostPID: true, hostIPC: true }),
    told: "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)",
  },
  {
    control: "privileged containers",
    spec: { containers: [container({}, { privileged: true, allowPrivilegeEscalation: true })] },
    told: 'privileged (container "c" must not set securityContext.privileged=true)',
  },
  {
    control: "SYS_ADMIN",
    spec: withContext({ capabilities: { add: ["SYS_ADMIN", "CHOWN"] } }),
    told: 'non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add)',
  },
  {
    control: "settings of the kernel that concern others",
    spec: pod({ securityContext: { sysctls: [{ name: "kernel.msgmax", value: "65536" }] } }),
    told: "forbidden sysctls (kernel.msgmax)",
  },
  {
    control: "ports of the node",
    spec: { containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] },
    told: 'hostPort (container "c" uses hostPort 80)',
  },
  {
    control: "ports of the node in several containers",
    spec: {
      initContainers: [container({ name: "first", ports: [{ containerPort: 81, hostPort: 8081 }] })],
      containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })],
    },
    told: 'hostPort (containers "first", "c" use hostPorts 80, 8081)',
  },
  {
    control: "probes of others",
    spec: { containers: [container({ readinessProbe: probe })] },
    told: 'probe or lifecycle host (container "c" uses probe or lifecycle host "192.0.2.1")',
  },
  {
    control: "another program's AppArmor profile",
    spec: withContext({ appArmorProfile: { type: "Unconfined" } }),
    told: 'forbidden AppArmor profile (container "c" must not set AppArmor profile type to "Unconfined")',
  },
  {
    control: "AppArmor by its old annotation",
    spec: pod(),
    metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/c": "unconfined" } },
    told: "forbidden AppArmor profile",
  },
  {
    control: "SELinux types of others",
    spec: pod({ securityContext: { seLinuxOptions: { type: "spc_t", user: "root" } } }),
    told: 'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
  },
  {
    control: "system calls without a filter",
    spec: pod({ securityContext: { seccompProfile: { type: "Unconfined" } } }),
    told: 'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  },
  {
    control: "all of /proc",
    spec: pod({ hostUsers: false, containers: [container({}, { procMount: "Unmasked" })] }),
    told: 'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  },
  {
    control: "programs of a Windows node",
    spec: pod({
      os: { name: "windows" },
      hostNetwork: true,
      securityContext: { windowsOptions: { hostProcess: true } },
      containers: [{ name: "c", image: "a" }],
    }),
    told: "host namespaces (hostNetwork=true), hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)",
  },
];

const refusedByRestricted: readonly Case[] = [
  {
    control: "what says nothing",
    spec: { containers: [{ name: "c", image: "a" }] },
    told:
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  },
  {
    control: "rights beside the one for low ports",
    spec: withContext({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "CHOWN"] } }),
    told: 'unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)',
  },
  {
    control: "volumes that a namespace can't have of its own",
    spec: pod({
      volumes: [
        { name: "root", hostPath: { path: "/" } },
        { name: "share", nfs: { server: "192.0.2.1", path: "/" } },
      ],
    }),
    told: 'restricted volume types (volumes "root", "share" use restricted volume types "hostPath", "nfs")',
  },
  {
    control: "root by name",
    spec: pod({ securityContext: { runAsUser: 0 }, containers: [container({}, { runAsNonRoot: true })] }),
    told: "runAsUser=0 (pod must not set runAsUser=0)",
  },
  {
    control: "root as may be",
    spec: withContext({ runAsNonRoot: false }),
    told: 'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)',
  },
];

const levels = [
  ["baseline", refusedByBaseline],
  ["restricted", refusedByRestricted],
] as const;

for (const [level, cases] of levels)
  for (const { control, spec, metadata, told } of cases)
    test(`a namespace that is ${level} has none of ${control}`, async () => {
      await using served = await serve();
      assert.equal((await make(served, enforced(level))).status, 201);
      const refused = await create(served, spec, metadata);
      assert.equal(refused.status, 403, refused.text);
      const message = String(refused.at("message"));
      assert.ok(message.startsWith(`pods "x" is forbidden: violates PodSecurity "${level}:latest": ${told}`), message);
      const relabelled = { body: { metadata: { labels: enforced("privileged") } }, headers: merge };
      assert.equal((await served.send("PATCH", "/api/v1/namespaces/shop", relabelled)).status, 200);
      assert.equal((await create(served, spec, metadata)).status, 201);
    });

const merge = { "content-type": "application/merge-patch+json" };

for (const { control, spec, metadata } of refusedByBaseline)
  test(`nor has one that is restricted of ${control}`, async () => {
    await using served = await serve();
    await make(served, enforced("restricted"));
    assert.equal((await create(served, spec, metadata)).status, 403);
  });

test("what asks for little is taken everywhere, and in kube-system all is", async () => {
  await using served = await serve();
  await make(served, enforced("restricted"));
  const volumes = [
    { name: "v", emptyDir: {} },
    { name: "w", configMap: { name: "m" } },
  ];
  assert.equal((await create(served, pod({ volumes }))).status, 201);
  await withAccount(served, "kube-system");
  const system = await served.send("POST", "/api/v1/namespaces/kube-system/pods", {
    body: { metadata: { name: "x" }, spec: { hostNetwork: true, containers: [{ name: "c", image: "a" }] } },
  });
  assert.deepEqual([system.status, system.headers.warning], [201, undefined]);
});

const template = { metadata: { labels: { a: "b" } }, spec: { hostPID: true, containers: [{ name: "c", image: "a" }] } };
const selector = { matchLabels: { a: "b" } };
const jobSpec = { template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } } };
const workloads: readonly (readonly [path: string, body: object])[] = [
  ["/api/v1/namespaces/shop/podtemplates", { template }],
  ["/api/v1/namespaces/shop/replicationcontrollers", { spec: { template } }],
  ["/apis/apps/v1/namespaces/shop/deployments", { spec: { selector, template } }],
  ["/apis/apps/v1/namespaces/shop/replicasets", { spec: { selector, template } }],
  ["/apis/apps/v1/namespaces/shop/statefulsets", { spec: { selector, template, serviceName: "s" } }],
  ["/apis/apps/v1/namespaces/shop/daemonsets", { spec: { selector, template } }],
  ["/apis/batch/v1/namespaces/shop/jobs", { spec: jobSpec }],
  ["/apis/batch/v1/namespaces/shop/cronjobs", { spec: { schedule: "* * * * *", jobTemplate: { spec: jobSpec } } }],
];
for (const [path, body] of workloads)
  test(`whoever makes one of ${path.split("/").at(-1)} is warned that its pods won't be let`, async () => {
    await using served = await serve();
    await make(served, enforced("baseline"));
    const told = await served.send("POST", path, { body: { metadata: { name: "x" }, ...body } });
    assert.equal(told.status, 201, told.text);
    assert.match(
      String(told.headers.warning),
      /would violate PodSecurity \\"baseline:latest\\": host namespaces \(hostPID=true\)/,
    );
  });

test("a namespace may warn of more than it refuses, and of another version", async () => {
  await using served = await serve();
  await make(served, {
    ...enforced("baseline"),
    [label("warn")]: "restricted",
    [label("warn-version")]: "v1.30",
    [label("audit")]: "restricted",
  });
  const told = await create(served, { containers: [{ name: "c", image: "a" }] });
  assert.equal(told.status, 201);
  assert.match(
    String(told.headers.warning),
    /would violate PodSecurity \\"restricted:v1.30\\": allowPrivilegeEscalation/,
  );
  const refused = await create(served, { hostPID: true, containers: [{ name: "c", image: "a" }] });
  assert.deepEqual([refused.status, refused.headers.warning], [403, undefined]);
});

test("a pod that stands may change what its level isn't about", async () => {
  await using served = await serve();
  await make(served, {});
  assert.equal((await create(served, { hostPID: true, containers: [{ name: "c", image: "a" }] })).status, 201);
  const headers = { "content-type": "application/strategic-merge-patch+json" };
  const patch = (path: string, body: object) => served.send("PATCH", path, { body, headers });
  await patch("/api/v1/namespaces/shop", { metadata: { labels: enforced("baseline") } });
  const path = "/api/v1/namespaces/shop/pods/x";
  assert.equal((await patch(path, { metadata: { labels: { a: "b" } } })).status, 200);
  assert.equal((await patch(path, { spec: { containers: [{ name: "c", image: "b" }] } })).status, 403);
});

test("whoever asks more of a namespace is told which pods there don't have it", async () => {
  await using served = await serve();
  await make(served, {});
  const plain = { containers: [{ name: "c", image: "a" }] };
  for (const name of ["b", "a", "c"]) await create(served, plain, { name });
  await create(served, { ...plain, hostPID: true }, { name: "d" });
  const relabel = (labels: object, query = "") =>
    served.send("PATCH", `/api/v1/namespaces/shop${query}`, { body: { metadata: { labels } }, headers: merge });
  const dry = await relabel(enforced("restricted"), "?dryRun=All");
  const texts = String(dry.headers.warning);
  assert.match(
    texts,
    /existing pods in namespace \\"shop\\" violate the new PodSecurity enforce level \\"restricted:latest\\"/,
  );
  const rest = "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile";
  assert.ok(texts.includes(`a (and 2 other pods): ${rest}`), texts);
  assert.ok(texts.includes(`d: host namespaces, ${rest}`), texts);
  assert.match(String((await relabel(enforced("baseline"))).headers.warning), /"d: host namespaces"/);
  assert.equal((await relabel(enforced("baseline"))).headers.warning, undefined);
  assert.equal((await relabel(enforced("privileged"))).headers.warning, undefined);
});

test("a level or a version that there isn't is refused", async () => {
  await using served = await serve();
  const told = await make(served, { ...enforced("strict"), [label("warn-version")]: "1.30" });
  assert.equal(told.status, 422);
  assert.equal(
    told.at("message"),
    'Namespace "shop" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, ' +
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.30": must be "latest" or "v1.x"]',
  );
});
