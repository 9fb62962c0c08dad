import { type FieldProblem, invalidField, requiredField, tooManyField } from "#machinery/field-problem.ts";
import { nonSpecialIpProblems } from "#machinery/rules/addresses.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import type { SelectorObject } from "#machinery/selectors.ts";
import { parseCidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import { type IpRange, rangeBetween, rangeOfCidr, rangesOverlap } from "#net/ip-range.ts";

interface Block {
  readonly cidr?: string;
  readonly start?: string;
  readonly stop?: string;
}
interface Subject {
  readonly spec: {
    readonly blocks: readonly Block[];
    readonly serviceSelector?: SelectorObject;
    readonly namespaceSelector?: SelectorObject;
  };
}
type Problems = Iterable<FieldProblem>;

const mostBlocks = 256;

/** The addresses that a block means; undefined where it is none, which the rules below don't let in. */
export function rangeOfBlock({ cidr, start = "", stop = "" }: Block): IpRange | undefined {
  if (cidr !== undefined) {
    const block = parseCidr(cidr);
    return block && rangeOfCidr(block);
  }
  const [first, last] = [parseIp(start), parseIp(stop)];
  return first && last && rangeBetween(first, last);
}

export const showBlock = ({ cidr, start = "", stop = "" }: Block): string => cidr ?? `${start}-${stop}`;

export function* poolProblems({ spec: { blocks, serviceSelector, namespaceSelector } }: Subject): Problems {
  if (blocks.length === 0) yield requiredField("spec.blocks", "must contain at least 1 block");
  if (blocks.length > mostBlocks) yield tooManyField("spec.blocks", blocks.length, mostBlocks);
  else yield* blocksProblems(blocks);
  if (serviceSelector !== undefined) yield* labelSelectorProblems("spec.serviceSelector", serviceSelector);
  if (namespaceSelector !== undefined) yield* labelSelectorProblems("spec.namespaceSelector", namespaceSelector);
}

function* blocksProblems(blocks: readonly Block[]): Problems {
  const seen: IpRange[] = [];
  for (const [i, block] of blocks.entries()) {
    const path = `spec.blocks[${i}]`;
    const problems = [...blockProblems(path, block)];
    yield* problems;
    const range = rangeOfBlock(block);
    if (range === undefined || problems.length > 0) continue;
    const other = seen.find((one) => rangesOverlap(one, range));
    if (other !== undefined) yield invalidField(path, showBlock(block), `must not overlap with ${other.text}`);
    seen.push(range);
  }
}

function* blockProblems(path: string, block: Block): Problems {
  const { cidr, start, stop } = block;
  if (cidr !== undefined) {
    if (start !== undefined || stop !== undefined)
      yield invalidField(path, showBlock(block), "must have either `cidr`, or `start` and `stop`");
    const parsed = parseCidr(cidr);
    if (parsed === undefined)
      yield invalidField(
        `${path}.cidr`,
        cidr,
        "must be a block without host bits, (e.g. 192.0.2.240/28 or 2001:db8::/120)",
      );
    else yield* nonSpecialIpProblems(`${path}.cidr`, parsed.first.text);
    return;
  }
  if (start === undefined) yield requiredField(`${path}.start`, "where the block has no `cidr`");
  if (stop === undefined) yield requiredField(`${path}.stop`, "where the block has no `cidr`");
  if (start === undefined || stop === undefined) return;
  const problems = [...nonSpecialIpProblems(`${path}.start`, start), ...nonSpecialIpProblems(`${path}.stop`, stop)];
  yield* problems;
  if (problems.length === 0 && rangeOfBlock(block) === undefined)
    yield invalidField(`${path}.stop`, stop, "must be of the family of `start`, and not before it");
}
