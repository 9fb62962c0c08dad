import assert from "node:assert/strict";
import { test } from "node:test";
import { fstabLine, parseMountInfo } from "./mounts.ts";

test("parseMountInfo: optional fields, blanks in paths, options of both kinds", () => {
  const text = [
    "36 35 98:0 /mnt1 /mnt2\\040a rw,noatime master:1 shared:2 - ext3 /dev/root\\134x rw,errors=continue",
    "40 35 0:32 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct",
    "",
  ].join("\n");
  assert.deepEqual(parseMountInfo(text), [
    {
      at: "/mnt2 a",
      type: "ext3",
      source: "/dev/root\\x",
      options: ["rw", "noatime"],
      superOptions: ["rw", "errors=continue"],
    },
    {
      at: "/sys/fs/cgroup/cpu,cpuacct",
      type: "cgroup",
      source: "cgroup",
      options: ["rw", "nosuid"],
      superOptions: ["rw", "cpu", "cpuacct"],
    },
  ]);
});

test("fstabLine: what separates fields is escaped", () => {
  const line = fstabLine({ source: "/a b\t#c\\d", at: "/é\nf", type: "none", options: "bind,ro" });
  assert.equal(line, "/a\\040b\\011\\043c\\134d /é\\012f none bind,ro 0 0\n");
});
