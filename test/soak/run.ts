/** `npm run soak [-- --seeds N | --seed S]`: what `npm test` does in short, at length. */
import { parseArgs } from "node:util";
import { worlds } from "./worlds.ts";

const { values } = parseArgs({ options: { seed: { type: "string" }, seeds: { type: "string", default: "1000" } } });
const chosen =
  values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, i) => i + 1) : [Number(values.seed)];

process.exitCode = (await worlds(chosen)) ? 0 : 1;
