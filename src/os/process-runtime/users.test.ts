import assert from "node:assert/strict";
import { test } from "node:test";
import type { User } from "./plan.ts";
import { idsOf, type UserIds } from "./users.ts";

const passwd = "root:x:0:0:root:/root:/bin/bash\nwww:x:33:33::/var/www:/bin/sh\n";
const group = "root:x:0:\nwww:x:33:\nlogs:x:4:www,other\nextra:x:50:root\n";

const cases: readonly (readonly [name: string, user: Partial<User>, ids: UserIds | string])[] = [
  ["a name brings its group and memberships", { user: "www" }, { uid: 33, gid: 33, groups: [4] }],
  ["a known number is that user", { user: "33" }, { uid: 33, gid: 33, groups: [4] }],
  ["an unknown number has group 0", { user: "1000" }, { uid: 1000, gid: 0, groups: [] }],
  ["a group of its own", { user: "1000", group: "logs" }, { uid: 1000, gid: 4, groups: [] }],
  ["a group by number", { user: "www", group: "2000" }, { uid: 33, gid: 2000, groups: [4] }],
  ["only a group", { group: "50" }, { uid: 0, gid: 50, groups: [] }],
  ["further groups, each once", { user: "www", supplementalGroups: [4, 9] }, { uid: 33, gid: 33, groups: [4, 9] }],
  ["an unknown name", { user: "nobody-here" }, "unable to find user nobody-here: no matching entries in passwd file"],
  ["an unknown group", { group: "none" }, "unable to find group none: no matching entries in group file"],
];
for (const [name, user, ids] of cases) {
  test(`idsOf: ${name}`, () => assert.deepEqual(idsOf({ supplementalGroups: [], ...user }, passwd, group), ids));
}
