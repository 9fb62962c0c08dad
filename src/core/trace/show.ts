import { explain } from "../reasons.ts";
import type { Evidence, Fix, Hop, Outcome, Story } from "./story.ts";

/** How words are made to stand out; plain text where nothing does. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly faint: (text: string) => string;
}

const same = (text: string): string => text;
export const plain: Paint = { good: same, bad: same, doubtful: same, faint: same };

const marks: Readonly<Record<Outcome, string>> = { passes: "✓", stops: "✗", unknown: "?" };
const indent = " ".repeat(13);

/** A story as people read it: a line a hop, its evidence below, and at the end what to change. */
export function showStory(story: Story, paint: Paint = plain): string {
  const lines = [
    `${story.target} from ${story.from}`,
    "",
    ...story.hops.flatMap((hop) => showHop(hop, paint)),
    ...story.warnings.map((text) => `${paint.doubtful("!")} ${"warning".padEnd(10)} ${text}`),
    "",
    ...ending(story, paint),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function showHop({ kind, outcome, tells, evidence }: Hop, paint: Paint): readonly string[] {
  return [
    `${colour(outcome, paint)(marks[outcome])} ${kind.padEnd(10)} ${tells}`,
    ...evidence.map((one) => paint.faint(`${indent}${showEvidence(one)}`)),
  ];
}

const colour = (outcome: Outcome, paint: Paint): Paint["good"] =>
  outcome === "passes" ? paint.good : outcome === "stops" ? paint.bad : paint.doubtful;

function showEvidence(evidence: Evidence): string {
  if ("seen" in evidence) return evidence.seen;
  if ("rule" in evidence) return `${evidence.chain}: ${evidence.rule}`;
  return `${evidence.object}: ${evidence.field} = ${evidence.value}`;
}

function ending(story: Story, paint: Paint): readonly string[] {
  const broken = firstBroken(story);
  if (story.outcome === "passes") return [`${paint.good("reaches")} ${story.target}${doubts(story)}`];
  // What breaks at the end may be mended where a doubt arose.
  const mend = broken?.fix ?? story.hops.find((hop) => hop.fix !== undefined)?.fix;
  const fix = mend === undefined ? [] : [`  fix: ${showFix(mend)}`];
  if (broken === undefined) return [paint.doubtful(`whether it reaches ${story.target} can't be told`), ...fix];
  return [`${paint.bad("breaks")} at the hop "${broken.kind}": ${explain(broken.because)}`, ...fix];
}

/** The hop that decides; the rules after it only carry out what it says. */
const firstBroken = ({ hops }: Story): Hop | undefined => hops.find(({ outcome }) => outcome === "stops");

const doubts = ({ hops }: Story): string =>
  hops.some(({ outcome }) => outcome === "unknown") ? ", as far as could be seen" : "";

const showFix = ({ object, field, change }: Fix): string => `${object}: ${field} → ${change}`;
