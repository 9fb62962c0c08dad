/** One figure beside its peer's of the same run. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** Undefined where there is none, or where it can't be had on this machine. */
  readonly peer: { readonly name: string; readonly value: number } | undefined;
  readonly goal: Goal | undefined;
}

/** What is aimed at: a bound in the row's unit, or as a part of the peer's figure. */
export type Goal =
  | { readonly most: number }
  | { readonly least: number }
  | { readonly mostOfPeer: number }
  | { readonly leastOfPeer: number };

/** A table for a terminal, which is Markdown too. */
export function show(rows: readonly Row[]): string {
  const lines = [
    ["what", "ours", "peer", "ours / peer", "goal", "met"],
    ...rows.map((row) => {
      const { what, unit, ours, peer, goal } = row;
      return [
        what,
        `${figure(ours)} ${unit}`,
        peer === undefined ? "" : `${figure(peer.value)} ${unit} (${peer.name})`,
        peer === undefined || peer.value === 0 ? "" : part(ours / peer.value),
        goal === undefined ? "" : showGoal(goal, unit),
        goal === undefined ? "" : verdict(row, goal),
      ];
    }),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const rule = widths.map((width) => "-".repeat(width));
  return [...lines.slice(0, 1), rule, ...lines.slice(1)]
    .map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`)
    .join("\n");
}

/** Three digits that count. */
const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const part = (ratio: number): string => (ratio > 0 && ratio < 0.1 ? `1/${figure(1 / ratio)}` : ratio.toFixed(2));

function showGoal(goal: Goal, unit: string): string {
  if ("most" in goal) return `<= ${goal.most} ${unit}`;
  if ("least" in goal) return `>= ${goal.least} ${unit}`;
  return "mostOfPeer" in goal ? `<= ${part(goal.mostOfPeer)}` : `>= ${part(goal.leastOfPeer)}`;
}

function verdict({ ours, peer }: Row, goal: Goal): string {
  if ("most" in goal) return ours <= goal.most ? "yes" : "no";
  if ("least" in goal) return ours >= goal.least ? "yes" : "no";
  if (peer === undefined) return "not measured";
  const ratio = ours / peer.value;
  return ("mostOfPeer" in goal ? ratio <= goal.mostOfPeer : ratio >= goal.leastOfPeer) ? "yes" : "no";
}
