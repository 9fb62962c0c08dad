import { type ByteSet, isEverything, NO_BYTE } from "./byte-set.ts";
import type { PatternNode, PatternRepeat, PatternTrouble } from "./tree.ts";

/** The longest text that a pattern is held against, in bytes: longer paths are answered with 414. */
const TEXT_BYTES = 8192;
/** What both engines do in less than 10 ms: they take up to 3.5 ns for a step. */
const MAX_STEPS = 2_500_000;
/** PCRE2's compiled code has 32 KiB for what it may have to come back to, and gives up beyond: a group takes some of it each time. */
const MAX_GROUP_REPEATS = 32;
const MAX_NODES = 5000;

/** What a backtracking matcher has to do from some place in a pattern to the pattern's end, in the worst case. */
interface Way {
  /** What the first byte may be. */
  readonly first: ByteSet;
  /** Whether it can go on without a byte. */
  readonly empty: boolean;
  /** Whether it fits at the end of the text for certain. */
  readonly fitsAtEnd: boolean;
  /** Steps until it has failed; 0 where it can't fail. */
  readonly stepsToFail: number;
  readonly steps: number;
}

const PASSED: Way = { first: NO_BYTE, empty: true, fitsAtEnd: true, stepsToFail: 0, steps: 0 };
const AT_END: Way = { ...PASSED, stepsToFail: 1, steps: 1 };

/**
 * Why matching may take too long, or end differently in PCRE2. A matcher that fails comes back to every repeat and choice that could have gone
 * otherwise; where the other way can't begin with the byte that follows, it fails at once, and efforts add up instead of multiplying.
 * `whole`: the pattern must fit to the end of the text.
 */
export function troubleOfEffort(node: PatternNode, whole: boolean): PatternTrouble | undefined {
  const walk = new EffortWalk();
  if (walk.size(node, 1) > MAX_NODES) walk.trouble ??= { at: 0, message: "repeats so much that it is too large" };
  if (walk.trouble === undefined) walk.from(node, whole ? AT_END : PASSED);
  return walk.trouble;
}

class EffortWalk {
  trouble: PatternTrouble | undefined;

  /** How many nodes there are when repeats of groups are written out; `turns`: how often the groups around it may be repeated. */
  size(node: PatternNode, turns: number): number {
    switch (node.kind) {
      case "byte":
      case "assertion":
        return 1;
      case "sequence":
        return sum(node.items.map((item) => this.size(item, turns)));
      case "choice":
        return sum(node.branches.map((branch) => this.size(branch, turns)));
      case "group":
        if (node.captures && turns > 1) {
          this.trouble ??= {
            at: node.at,
            message: "captures within a repeat, which engines see differently; write `(?:…)`",
          };
        }
        return this.size(node.inner, turns);
      case "repeat":
        return this.#sizeOfRepeat(node, turns);
    }
  }

  #sizeOfRepeat({ inner, most, at }: PatternRepeat, outerTurns: number): number {
    if (inner.kind === "byte") return 1;
    const turns = most * outerTurns;
    if (turns > MAX_GROUP_REPEATS) {
      const message = `repeats a group more than ${MAX_GROUP_REPEATS} times; repeat one character or class: \`[a-z/]*\`, \`.*\``;
      this.trouble ??= { at, message };
    }
    // A repeated group may itself capture: its last turn is what both engines keep.
    const body = inner.kind === "group" ? inner.inner : inner;
    return Math.min(most, MAX_GROUP_REPEATS) * this.size(body, turns);
  }

  /** From this node to the end, `rest` being the way behind it. */
  from(node: PatternNode, rest: Way): Way {
    switch (node.kind) {
      case "byte":
        return { ...later(rest), first: node.set, empty: false, fitsAtEnd: false };
      case "assertion":
        return node.what === "end"
          ? { ...later(rest), first: NO_BYTE, empty: true }
          : { ...later(rest), fitsAtEnd: false };
      case "sequence":
        return node.items.reduceRight((way, item) => this.from(item, way), rest);
      case "choice":
        return eitherOf(node.branches.map((branch) => this.from(branch, rest)));
      case "group":
        return this.#noting(node.at, this.from(node.inner, rest));
      case "repeat":
        return this.#noting(
          node.at,
          node.inner.kind === "byte" ? ofBytes(node, node.inner.set, rest) : this.#ofGroup(node, rest),
        );
    }
  }

  #ofGroup({ inner, least, most, at }: PatternRepeat, rest: Way): Way {
    if (most > 1 && this.from(inner, PASSED).empty) {
      this.trouble ??= { at, message: "repeats a group that may be empty, which engines see differently" };
    }
    let way = rest;
    for (let turn = most; turn > 0; turn--) {
      const once = this.from(inner, way);
      way = turn > least ? eitherOf([once, rest]) : once;
    }
    return way;
  }

  #noting(at: number, way: Way): Way {
    if (way.steps > MAX_STEPS) {
      const message =
        "may take too long on a long path: what this takes could also be taken by what follows, in too many ways; " +
        "let repeats stop at a character that they can't take themselves, `[^/]*/`";
      this.trouble ??= { at, message };
    }
    return way;
  }
}

/** Behind one step that may fail. */
const later = (rest: Way): Way => ({ ...rest, stepsToFail: 1 + rest.stepsToFail, steps: 1 + rest.steps });

function ofBytes({ least, most, lazy }: PatternRepeat, set: ByteSet, rest: Way): Way {
  const turns = Math.min(most, TEXT_BYTES);
  const reachesEnd = rest.fitsAtEnd && most === Number.POSITIVE_INFINITY && isEverything(set);
  const comesBack = rest.stepsToFail > 0 && !(reachesEnd && !lazy) && (set & rest.first) !== NO_BYTE;
  const stepsToFail = comesBack ? turns + (turns - least + 1) * rest.stepsToFail : turns + rest.stepsToFail;
  const way = { stepsToFail, steps: stepsToFail + rest.steps };
  if (least > 0) return { ...way, first: set, empty: false, fitsAtEnd: false };
  const fails = rest.stepsToFail > 0 && !reachesEnd;
  return { ...rest, ...way, first: set | rest.first, stepsToFail: fails ? stepsToFail : 0 };
}

function eitherOf(ways: readonly Way[]): Way {
  let first = NO_BYTE;
  let empty = false;
  let alike = false;
  for (const way of ways) {
    alike ||= (first & way.first) !== NO_BYTE || (empty && way.empty);
    first |= way.first;
    empty ||= way.empty;
  }
  const together = (steps: readonly number[]): number => ways.length + (alike ? sum(steps) : Math.max(...steps));
  const fails = ways.every((way) => way.stepsToFail > 0);
  return {
    first,
    empty,
    fitsAtEnd: ways.some((way) => way.fitsAtEnd),
    stepsToFail: fails ? together(ways.map((way) => way.stepsToFail)) : 0,
    steps: together(ways.map((way) => way.steps)),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
