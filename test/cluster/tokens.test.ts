import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";

/** Asks with nothing but a token: by a kubeconfig that has no certificate. */
function bearing({ dataDir, kubectl }: Machine, token: string): (...args: readonly string[]) => Promise<string> {
  const file = `${dataDir}/bearer`;
  const lines = readFileSync(`${dataDir}/kubeconfig`, "utf8").split("\n");
  const rest = lines.filter((line) => !/client-(certificate|key)-data/.test(line)).join("\n");
  writeFileSync(file, rest, { mode: 0o600 });
  return (...args) => kubectl("--kubeconfig", file, "--token", token, ...args);
}

test(
  "a token counts while its key is taken: also after another key signs, and no more once it is deleted",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const { dataDir, kubectl } = machine;
    await machine.portolan("up", "-d");
    const [signing, taken] = [`${dataDir}/pki/sa.key`, `${dataDir}/pki/sa.pub`];
    assert.equal(statSync(signing).mode & 0o777, 0o600);
    await eventually("the account", () => kubectl("get", "serviceaccount", "default"), { seconds: 10 });
    const token = (await kubectl("create", "token", "default")).trim();
    const whoAmI = () => bearing(machine, token)("auth", "whoami", "-o=jsonpath={.status.userInfo.username}");
    assert.equal(await whoAmI(), "system:serviceaccount:default:default");
    await machine.portolan("down");

    rmSync(signing);
    await machine.portolan("up", "-d");
    assert.equal(await whoAmI(), "system:serviceaccount:default:default");
    const { keys } = JSON.parse(await kubectl("get", "--raw", "/openid/v1/jwks"));
    assert.equal(keys.length, 2);
    await machine.portolan("down");

    rmSync(taken);
    await machine.portolan("up", "-d");
    await assert.rejects(whoAmI(), /Unauthorized|must be logged in/);
  },
);

test("settings of an issuer that make no sense stop nothing that runs", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d");
  const [config, log] = [`${machine.dataDir}/config.yaml`, `${machine.dataDir}/log/portolan.log`];
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replace(/^# (oidc-issuer-url): .*$/m, "$1: https://id.example.com"));
  const said = /goes on as before: --oidc-issuer-url and --oidc-client-id must be specified together/;
  await eventually("it says why", () => said.test(readFileSync(log, "utf8")), { seconds: 10 });
  assert.match(await machine.kubectl("get", "--raw", "/readyz"), /^ok/);
  await machine.portolan("down");
  await assert.rejects(machine.portolan("up", "-d"), /--oidc-client-id/);
});
