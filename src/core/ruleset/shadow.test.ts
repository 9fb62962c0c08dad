import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { isEmpty, Shadow } from "./shadow.ts";
import type { Chain, Element } from "./table.ts";

const chain = (name: string): Chain => ({ name, hook: undefined, lead: { from: "services", number: 1 }, rules: [] });
const [two, three] = [chain("pick4-tcp-2"), chain("pick4-tcp-3")];
const at = { ip: mustIp("10.96.0.20"), protocol: "TCP", port: 80 } as const;
const leads = (go: Chain): Element => ({ in: "services", at, go });
const hairpin: Element = { in: "hairpins", ip: mustIp("10.244.0.7") };
const claims = (owner: string, ...elements: readonly Element[]) => [{ owner, seniority: owner, elements }];

suite("the shadow of the table", () => {
  test("says what is new, and the chains it needs", () => {
    const delta = new Shadow().change(claims("a", leads(two), hairpin));
    assert.deepEqual(delta, { chainsAdded: [two], removed: [], added: [leads(two), hairpin], chainsRemoved: [] });
  });
  test("says nothing where nothing changed", () => {
    const shadow = new Shadow();
    shadow.change(claims("a", leads(two)));
    assert.ok(isEmpty(shadow.change(claims("a", leads(two)))));
  });
  test("replaces an element whose value changed, and its chain", () => {
    const shadow = new Shadow();
    shadow.change(claims("a", leads(two)));
    const delta = shadow.change(claims("a", leads(three)));
    assert.deepEqual(delta, {
      chainsAdded: [three],
      removed: [leads(two)],
      added: [leads(three)],
      chainsRemoved: [two],
    });
  });
  test("keeps a shared element until its last owner lets go", () => {
    const shadow = new Shadow();
    shadow.change([...claims("a", hairpin), ...claims("b", hairpin)]);
    assert.ok(isEmpty(shadow.change(claims("a"))));
    assert.deepEqual(shadow.change(claims("b")).removed, [hairpin]);
  });
  test("gives a contested element to the senior, and to the other when the senior goes", () => {
    const shadow = new Shadow();
    shadow.change(claims("b", leads(three)));
    assert.deepEqual(shadow.change(claims("a", leads(two))).added, [leads(two)]);
    assert.deepEqual(shadow.contents(), { chains: [two], elements: [leads(two)] });
    assert.deepEqual(shadow.change(claims("a")).added, [leads(three)]);
  });
});
