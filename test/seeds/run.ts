/** `npm run seeds`: every seed of examples/seeds on clusters of several nodes in both proxy modes, what is expected of it and what was seen. */
import { type Played, playSeeds } from "./play.ts";
import type { Layout } from "./stage.ts";

const marks: Readonly<Record<Played["outcome"], string>> = { seen: "✔", unexpected: "✘", "left out": "-" };

function show({ seed, outcome, story }: Played): void {
  console.log(
    `${marks[outcome]} ${seed.file}\n    expected  ${seed.expected}\n    seen      ${story.replaceAll("\n", "\n              ")}`,
  );
}

if (process.getuid?.() !== 0) {
  console.error("seeds: a cluster needs root: run the same command with sudo");
  process.exit(1);
}
const layouts: readonly Layout[] = [
  { nodes: 3, proxyMode: "nftables" },
  { nodes: 3, proxyMode: "iptables" },
];
const played: Played[] = [];
for (const layout of layouts) {
  console.log(`\n${layout.nodes} nodes, ${layout.proxyMode}\n`);
  played.push(...(await playSeeds(layout, show)));
}
const count = (outcome: Played["outcome"]): number => played.filter((one) => one.outcome === outcome).length;
console.log(`\n${count("seen")} as expected, ${count("unexpected")} otherwise, ${count("left out")} left out`);
process.exitCode = count("unexpected") === 0 ? 0 : 1;
