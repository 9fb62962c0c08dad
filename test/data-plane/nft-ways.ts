/** Runs in a namespace of its own: what every way to change rules must do. Prints the failures as JSON, a list of sentences. */

import { type NftWay, openNft, RulesetRefused } from "#os/nft.ts";
import { run } from "#os/spawn.ts";

const way: NftWay =
  process.argv[2] === "library" ? "library" : process.argv[2] === "interactive" ? "interactive" : "program";
const failures: string[] = [];
const see = (what: string, holds: boolean) => void (holds || failures.push(what));
const listed = async () => (await run(["nft", "list", "ruleset"])).stdout;

const nft = await openNft(way);
see("says which way it takes", nft.way === way);
await nft.apply("table inet t {\n  set s {\n    type ipv4_addr\n  }\n}\n");
await nft.apply("add element inet t s { 192.0.2.1 }; add element inet t s { 192.0.2.2 }\n");
const first = await listed();
see(
  "has applied a text of several lines, and one of several commands",
  ["1", "2"].every((n) => first.includes(`192.0.2.${n}`)),
);

const before = await listed();
const refused = await nft.apply("add element inet t s { 192.0.2.3 }; add rule inet t nowhere accept\n").then(
  () => undefined,
  (fault: unknown) => fault,
);
see("refuses with RulesetRefused", refused instanceof RulesetRefused);
see("names the line", refused instanceof RulesetRefused && refused.where.includes("nowhere"));
see("has done nothing of a refused transaction", (await listed()) === before);

await nft.apply("add element inet t s { 192.0.2.4 }\n");
see("works on after a refusal", (await listed()).includes("192.0.2.4"));

const many = Array.from({ length: 5000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(", ");
await nft.apply(`add element inet t s { ${many} }\n`);
see("takes a text of any length", (await listed()).includes("10.0.19.135"));

await Promise.all(["5", "6", "7"].map((n) => nft.apply(`add element inet t s { 192.0.2.${n} }\n`)));
const all = await listed();
see(
  "takes changes that nobody waits for",
  ["5", "6", "7"].every((n) => all.includes(`192.0.2.${n}`)),
);
nft.close();
console.log(JSON.stringify(failures));
