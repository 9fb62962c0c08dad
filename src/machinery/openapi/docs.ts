import { type AnyType, objectShape, type Stored } from "../schema.ts";

/** One sentence for the type (`""`) and one for each of its fields; complete, or it does not compile. */
export type DocsOf<T> = { readonly [K in keyof T & string]-?: string } & { readonly "": string };

/** By type name, as the declaration has it; loaded only when somebody asks for OpenAPI. */
export type Docs = ReadonlyMap<string, Readonly<Record<string, string>>>;

export type Documented = readonly [name: string, docs: Readonly<Record<string, string>>];

/** The prose of one type. */
export const documented = <T extends AnyType>(type: T, docs: DocsOf<Stored<T>>): Documented => [
  objectShape(type).name,
  docs,
];
