import assert from "node:assert/strict";
import { test } from "node:test";
import type { Capabilities } from "./plan.ts";
import { privilegesOf } from "./privileges.ts";

const usual =
  "+audit_write,+chown,+dac_override,+fowner,+fsetid,+kill,+net_bind_service,+net_raw,+setfcap,+setgid,+setpcap,+setuid,+sys_chroot";

const cases: readonly (readonly [name: string, capabilities: Capabilities, set: string])[] = [
  ["the usual ones", { kind: "changed", add: [], drop: [] }, `-all,${usual}`],
  ["all", { kind: "all" }, "+all"],
  [
    "one more, however it is written",
    { kind: "changed", add: ["CAP_NET_ADMIN"], drop: [] },
    `-all,${usual},+net_admin`,
  ],
  ["one less", { kind: "changed", add: [], drop: ["NET_RAW"] }, `-all,${usual.replace("+net_raw,", "")}`],
  ["none but one", { kind: "changed", add: ["NET_BIND_SERVICE"], drop: ["ALL"] }, "-all,+net_bind_service"],
  ["all but one", { kind: "changed", add: ["ALL"], drop: ["SYS_ADMIN"] }, "+all,-sys_admin"],
];
for (const [name, capabilities, set] of cases) {
  test(`capabilities: ${name}`, () => {
    const plan = {
      argv: [],
      env: {},
      cwd: "/",
      user: { supplementalGroups: [] },
      capabilities,
      noNewPrivileges: false,
      stdio: { kind: "outputs" } as const,
    };
    const words = privilegesOf(plan, { uid: 0, gid: 0, groups: [] });
    assert.ok(words.includes(`--bounding-set=${set}`), words.join(" "));
  });
}
