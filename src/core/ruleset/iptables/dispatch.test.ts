import assert from "node:assert/strict";
import { test } from "node:test";
import { cidrOf, contains } from "#net/cidr.ts";
import { ipOf, mustIp } from "#net/ip.ts";
import { Dispatch } from "./dispatch.ts";
import { type Chain, jump, rule, to } from "./rule.ts";

const first = mustIp("10.96.0.0").number;
const list = (): Dispatch =>
  new Dispatch({
    table: "nat",
    name: "KUBE-SERVICES",
    bits: 32,
    link: "jump",
    block: (at, length) => {
      const block = cidrOf(ipOf("IPv4", at), length);
      return { chain: `KUBE-SVCS-${block.first.text}-${length}`, when: [to(block)] };
    },
  });

const fill = (dispatch: Dispatch, count: number, stride = 1n): void => {
  for (let n = 0; n < count; n += 1) {
    const ip = ipOf("IPv4", first + BigInt(n) * stride);
    dispatch.set(ip.text, { number: ip.number, order: "", rule: rule(ip.text, [to(cidrOf(ip, 32))], jump(`S${n}`)) });
  }
};
const chainsOf = (dispatch: Dispatch): readonly Chain[] => dispatch.chains({ flat: false, tail: [], each: [] });

/** How many rules a packet to that address meets until its own. */
function stepsTo(address: string, chains: readonly Chain[]): number {
  const ip = mustIp(address);
  let [steps, chain] = [0, chains[0]];
  while (chain !== undefined) {
    const found: number = chain.rules.findIndex(({ when }) =>
      when.every((one) => one.is === "to" && contains(one.block, ip)),
    );
    if (found < 0) throw new RangeError(`nothing for ${address} in ${chain.name}`);
    steps += found + 1;
    const then = chain.rules[found]?.then;
    if (chain.rules[found]?.comment === address) return steps;
    chain = chains.find(({ name }) => then?.do === "jump" && name === then.chain);
  }
  throw new RangeError(`no way to ${address}`);
}

test("a short list is one chain", () => {
  const dispatch = list();
  fill(dispatch, 64);
  assert.deepEqual(
    chainsOf(dispatch).map(({ name, rules }) => [name, rules.length]),
    [["KUBE-SERVICES", 64]],
  );
});

for (const [what, stride] of [
  ["side by side", 1n],
  ["scattered over a /12", 104n],
] as const)
  test(`of 10,000 addresses ${what}, each is found within a hundred rules`, () => {
    const dispatch = list();
    fill(dispatch, 10_000, stride);
    const chains = chainsOf(dispatch);
    for (let n = 0n; n < 10_000n; n += 97n) assert.ok(stepsTo(ipOf("IPv4", first + n * stride).text, chains) < 100);
    for (const { name } of chains) assert.ok(name.length <= 28, name);
  });

test("a list around the limit doesn't change its shape with every Service", () => {
  const dispatch = list();
  fill(dispatch, 65);
  assert.ok(chainsOf(dispatch).length > 1);
  dispatch.delete("10.96.0.64");
  assert.ok(chainsOf(dispatch).length > 1, "64 are still a tree");
  for (let n = 48; n < 64; n += 1) dispatch.delete(`10.96.0.${n}`);
  assert.equal(chainsOf(dispatch).length, 1, "48 are a list again");
});

test("one address more changes two chains at most", () => {
  const dispatch = list();
  fill(dispatch, 10_000, 104n);
  const before = new Map(chainsOf(dispatch).map((chain) => [chain.name, chain]));
  const ip = mustIp("10.96.7.7");
  dispatch.set(ip.text, { number: ip.number, order: "", rule: rule(ip.text, [to(cidrOf(ip, 32))], jump("NEW")) });
  const changed = chainsOf(dispatch).filter(({ name, rules }) => {
    const old = before.get(name)?.rules;
    return old?.length !== rules.length || !rules.every((one, i) => one === old[i]);
  });
  assert.ok(changed.length <= 2, `${changed.length} chains`);
});
