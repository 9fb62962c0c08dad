/**
 * `bin/with-node test/data-plane/agree.ts --seeds 1000 [--first 1]`: random worlds, each judged by the rules of both modes, by a trace
 * and by packets. Says the first disagreement of each world, and ends with code 1 where there was one.
 */
import { parseArgs } from "node:util";
import { agreedFlows, sendSome } from "./agreement.ts";
import { makeWorld } from "./world.ts";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "1000" }, first: { type: "string", default: "1" } },
});
const [first, count] = [Number(values.first), Number(values.seeds)];
await using world = await makeWorld();
let disagreements = 0;
for (let seed = first; seed < first + count; seed += 1) {
  try {
    await sendSome(seed, agreedFlows(seed), world);
  } catch (fault) {
    disagreements += 1;
    console.log(fault instanceof Error ? fault.message : fault);
    await world.exec("nft", "flush", "ruleset");
  }
}
console.log(`${count} worlds from seed ${first} on, ${disagreements} of them with a disagreement`);
process.exitCode = disagreements > 0 ? 1 : 0;
