import type { Cidr } from "#net/cidr.ts";
import type { SourceFilter } from "../route-filters.ts";
import type { Annotation } from "./annotation.ts";
import { allBlocks, blocks } from "./grammars/addresses.ts";
import type { AnnotationReader } from "./reader.ts";

const allow: Annotation<readonly Cidr[]> = {
  names: ["allowlist-source-range", "whitelist-source-range"],
  grammar: blocks,
  fallback: "everybody",
  guards: true,
  doc: "Clients of other addresses get 403. What is no address and no block is left out, so that fewer come in.",
};
const deny: Annotation<readonly Cidr[]> = {
  names: ["denylist-source-range"],
  grammar: allBlocks,
  fallback: "nobody",
  guards: true,
  doc: "Clients of these addresses get 403, also those of allowlist-source-range. Where one of them is no address and no block, nobody comes in.",
};

export const sourceAnnotations = [allow, deny];

export function readSources(reader: AnnotationReader, fallback: SourceFilter | undefined): SourceFilter | undefined {
  const allowed = reader.read(allow) ?? fallback?.allow;
  const denied = reader.read(deny) ?? fallback?.deny;
  return allowed === undefined && denied === undefined ? undefined : { allow: allowed ?? [], deny: denied ?? [] };
}
