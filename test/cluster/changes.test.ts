import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied, containersOf, fromBeside } from "./looks.ts";
import { exposed } from "./manifests.ts";

const log = ({ dataDir }: Machine): string => readFileSync(`${dataDir}/log/portolan.log`, "utf8");
const edit = ({ dataDir }: Machine, from: RegExp, to: string): void => {
  const file = `${dataDir}/config.yaml`;
  const text = readFileSync(file, "utf8");
  assert.match(text, from);
  writeFileSync(file, text.replace(from, to));
};

test(
  "config.yaml has a line for every setting, and editing it changes the running cluster where it can",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080)));
    const before = await containersOf(machine);
    const low = applied(machine, exposed("low", 17001, 1));
    await assert.rejects(
      machine.portolan("up", ...low),
      /provided port is not in the valid range\. The range of valid ports is 30000-32767/,
    );
    edit(machine, /^# (service-node-port-range): .*$/m, "$1: 17000-32767");
    await eventually("the range is taken over", () => machine.portolan("up", ...low), { seconds: 10 });
    assert.match(await fromBeside(machine, 17001), /^You've hit low-/);

    edit(machine, /^# (cluster-cidr): .*$/m, "$1: 10.60.0.0/16");
    await eventually("it says what can't change", () => /cluster-cidr can't change/.test(log(machine)), {
      seconds: 10,
    });
    edit(machine, /^api-port.*$|^# api-port.*$/m, "api-port: many");
    await eventually("it says what is no port", () => /"many" is not a port from 1 to 65535/.test(log(machine)), {
      seconds: 10,
    });

    edit(machine, /^api-port.*$/m, "api-port: 7443");
    await eventually(
      "the API moves",
      async () =>
        /:7443$/m.test(await machine.kubectl("cluster-info")) || /:7443/.test(await machine.kubectl("cluster-info")),
      { seconds: 20 },
    );
    for (const [name, seen] of before) assert.deepEqual((await containersOf(machine)).get(name), seen, "pods go on");
  },
);

test("when the machine's address changes, the node's does too, and pods go on", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080)));
  const before = await containersOf(machine);
  const moved = machine.address.replace(/^10\.223/, "10.222");
  const gateway = moved.replace(/\d+$/, (last) => String(Number(last) - 1));
  await run(["ip", "address", "add", `${gateway}/30`, "dev", machine.cable]);
  await machine.run("ip", "address", "flush", "dev", "eth0");
  await machine.run("ip", "address", "add", `${moved}/30`, "dev", "eth0");
  await machine.run("ip", "route", "add", "default", "via", gateway);
  const internal = ["get", "node", "node-1", `-o=jsonpath={.status.addresses[?(@.type=="InternalIP")].address}`];
  await eventually("the node has the new address", async () => (await machine.kubectl(...internal)) === moved, {
    seconds: 20,
  });
  await eventually(
    "the node port answers there",
    async () => /^You've hit web-/.test(await fromBeside({ address: moved }, 30080)),
    { seconds: 20 },
  );
  assert.deepEqual(await containersOf(machine), before);
  assert.match(await machine.portolan("status"), new RegExp(`node-1 +${moved} +Ready`));
  assert.match(await machine.kubectl("get", "endpointslices", "kubernetes"), new RegExp(moved));
  assert.match(
    await machine.kubectl("exec", "deploy/web", "--", "hostname"),
    /^web-/,
    "the server dials the agent there",
  );
});

test("a machine without any network has a cluster too", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.run("ip", "link", "set", "eth0", "down");
  const said = await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080)));
  assert.match(said, /web +ClusterIP +10\.\S+:80 +this machine, pods +200 You've hit web-/);
  assert.match(said, /web +NodePort +10\.244\.0\.1:30080 +everywhere +200 You've hit web-/);
});
