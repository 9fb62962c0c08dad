/** `npm run check [-- --update]`: everything that can be said of the code without running it, in a few seconds. */
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import manifest from "../package.json" with { type: "json" };
import { architectureProblems } from "./check/architecture.ts";
import { ceilingProblems, countByRoom, readCeilings, writeCeilings } from "./check/ceilings.ts";
import { exportProblems } from "./check/exports.ts";
import { type Problem, showProblem } from "./check/problem.ts";
import { readExemptions, showPercentiles, sizeProblems } from "./check/sizes.ts";
import { readSources, type Source } from "./check/sources.ts";
import { wordProblems } from "./check/words.ts";

interface Verdict {
  readonly name: string;
  readonly problems: readonly string[];
}

const root = dirname(import.meta.dirname);
const shown = (name: string, problems: readonly Problem[]): Verdict => ({ name, problems: problems.map(showProblem) });

/** A program whose exit code is the verdict and whose output says why. */
async function verdictOf(name: string, program: string, programArguments: readonly string[]): Promise<Verdict> {
  const child = spawn(`${root}/node_modules/.bin/${program}`, programArguments, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { name, problems: code === 0 ? [] : [`${out}${err}`.trimEnd()] };
}

/** The figures to watch from month to month. */
function signs(sources: readonly Source[], exemptions: number): string[] {
  const code = sources.filter(({ path }) => path.startsWith("src/") && !path.endsWith(".test.ts"));
  const lines = (of: readonly Source[]): number => of.reduce((sum, source) => sum + source.lines, 0);
  const core = lines(code.filter(({ path }) => path.startsWith("src/core/")));
  const named = code.flatMap(({ functions }) => functions.filter(({ name }) => name !== "").map((each) => each.lines));
  const rooms = Object.entries(countByRoom(sources)).map(([room, n]) => `${room} ${n.any}/${n.as}/${n.catch}`);
  return [
    `${code.length} files of ${lines(code)} lines in src, ${lines(sources) - lines(code)} lines of tests and benchmarks`,
    `lines a function: ${showPercentiles(named)}`,
    `lines a file: ${showPercentiles(code.map((source) => source.lines))}`,
    `any/as/catch: ${rooms.join(", ")}`,
    `share of core: ${Math.round((100 * core) / Math.max(1, lines(code)))} %`,
    `size exemptions: ${exemptions}, places that may skip a test: ${sources.reduce((sum, { skips }) => sum + skips, 0)}`,
  ];
}

const compilers = [
  verdictOf("types", "tsc", ["--noEmit", "--pretty", "false"]),
  verdictOf("lint and format", "biome", ["check"]),
];
const sources = readSources(root);
const exemptions = readExemptions(root);
if (process.argv.includes("--update")) writeCeilings(root, countByRoom(sources));

const verdicts = [
  ...(await Promise.all(compilers)),
  shown("architecture", architectureProblems(sources, new Set(Object.keys(manifest.dependencies)))),
  shown("sizes", sizeProblems(sources, exemptions)),
  shown("any, as, catch", ceilingProblems(countByRoom(sources), readCeilings(root))),
  shown("exports", exportProblems(sources)),
  shown("words", wordProblems(root)),
];
for (const { name, problems } of verdicts) {
  console.log(problems.length === 0 ? `ok      ${name}` : `FAILED  ${name}\n${problems.join("\n")}\n`);
}
console.log(`\n${signs(sources, exemptions.length).join("\n")}`);
process.exitCode = verdicts.every(({ problems }) => problems.length === 0) ? 0 : 1;
