import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { run } from "#os/spawn.ts";

const skip = process.getuid?.() === 0 ? false : "needs root: it makes a network namespace";
const script = new URL("udp-flows-seen.ts", import.meta.url).pathname;

/** As `conntrack -I` takes them. */
const flows = [
  "-p udp -s 10.244.0.5 -d 10.96.0.10 --sport 40000 --dport 53 -r 10.244.0.7 -q 10.244.0.5 --reply-port-src 5353 --reply-port-dst 40000",
  "-p udp -s 10.244.0.6 -d 10.96.0.11 --sport 40001 --dport 53",
  "-p udp -s 10.244.0.6 -d 192.0.2.1 --sport 40002 --dport 53",
  "-p udp -s 10.96.0.10 -d 192.0.2.2 --sport 53 --dport 40003",
  "-p tcp -s 10.244.0.5 -d 10.96.0.10 --sport 40004 --dport 53 --state ESTABLISHED",
  "-p udp -s fd00::5 -d fd00:96::10 --sport 40005 --dport 53 -r fd00::7 -q fd00::5 --reply-port-src 5353 --reply-port-dst 40005",
];
const translated = "udp, 10.244.0.5 40000, 10.96.0.10 53, 10.244.0.7 5353";
const untranslated = "udp, 10.244.0.6 40001, 10.96.0.11 53, 10.96.0.11 53";

const cases: readonly (readonly [what: string, to: readonly string[], seen: readonly string[]])[] = [
  ["one address", ["10.96.0.10"], [translated]],
  ["two addresses, one of them twice", ["10.96.0.10", "10.96.0.11", "10.96.0.10"], [translated, untranslated]],
  [
    "more addresses than are looked for one by one",
    Array.from({ length: 20 }, (_, i) => `10.96.0.${i}`),
    [translated, untranslated],
  ],
  ["an IPv6 address", ["fd00:96::10"], ["udp, fd00::5 40005, fd00:96::10 53, fd00::7 5353"]],
  ["an address without flows", ["10.96.0.99"], []],
];

suite("UDP flows in the kernel's table", { skip, timeout: 60_000 }, () => {
  for (const [what, to, seen] of cases)
    test(`to ${what}`, async () => {
      const inside = ["ip", "netns", "exec", `ptlt-${process.pid}-flows`] as const;
      await run(["ip", "netns", "add", inside[3]]);
      await using stack = new AsyncDisposableStack();
      stack.defer(async () => void (await run(["ip", "netns", "delete", inside[3]])));
      for (const flow of flows) await run([...inside, "conntrack", "-I", ...flow.split(" "), "--timeout", "600"]);
      const node = [process.execPath, "--experimental-ffi", "--disable-warning=ExperimentalWarning"];
      const { stdout } = await run([...inside, ...node, script, ...to]);
      assert.deepEqual(JSON.parse(stdout), [seen, seen]);
    });
});
