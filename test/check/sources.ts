import { posix, relative } from "node:path";
import { type Node, type SourceFile as ParsedFile, SyntaxKind } from "typescript/unstable/ast";
import {
  isArrowFunction,
  isAsExpression,
  isCallExpression,
  isFunctionExpression,
  isFunctionLikeDeclaration,
  isIdentifier,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isStringLiteral,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";
import { type Effect, effectAt } from "./effects.ts";

/** What the checks want to know of one file. Paths are from the repository's root. */
export interface Source {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSize[];
  readonly escapes: Readonly<Record<Escape, number>>;
  readonly effects: readonly Effect[];
  /** Functions, classes and constants that others may import. */
  readonly exports: readonly { readonly name: string; readonly line: number }[];
  /** Every name that stands in it. */
  readonly names: ReadonlySet<string>;
  /** Tests that the file leaves out by itself, by `skip` or `todo`. */
  readonly skips: number;
}

export interface Import {
  /** A file's path, `node:…`, or a package's name. */
  readonly target: string;
  /** As written. */
  readonly specifier: string;
  readonly line: number;
}

export interface FunctionSize {
  /** "" for a callback. */
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** Ways around the compiler, or around naming a fault. */
export const escapes = ["any", "as", "catch"] as const;
export type Escape = (typeof escapes)[number];

/** Parses every file of tsconfig.json with TypeScript's own parser, some 200 ms in all. */
export function readSources(root: string): readonly Source[] {
  const api = new API({ cwd: root });
  try {
    const project = api.updateSnapshot({ openProjects: [`${root}/tsconfig.json`] }).getProjects()[0];
    if (project === undefined) throw new Error(`${root}/tsconfig.json names no project`);
    return project.rootFiles.flatMap((file) => {
      const parsed = project.program.getSourceFile(file);
      return parsed === undefined ? [] : [sourceOf(parsed, relative(root, file))];
    });
  } finally {
    api.close();
  }
}

function sourceOf(parsed: ParsedFile, path: string): Source {
  const nodes = [...descendants(parsed)];
  const lineOf = (node: Node): number => parsed.getLineAndCharacterOfPosition(node.getStart(parsed)).line + 1;
  const declared = new Set(nodes.filter(isDeclaredName).map((node) => node.getText(parsed)));
  return {
    path,
    lines: parsed.text.trimEnd().split("\n").length,
    imports: parsed.imports.filter(isStringLiteral).map((literal) => ({
      target: resolveSpecifier(path, literal.text),
      specifier: literal.text,
      line: lineOf(literal),
    })),
    functions: nodes.flatMap((node) => functionSize(node, parsed)),
    escapes: countEscapes(nodes, parsed),
    effects: nodes
      .flatMap((node) => effectAt(node, declared) ?? [])
      .map(({ name, node }) => ({ name, line: lineOf(node) })),
    exports: nodes.filter(isExportedValue).map((node) => ({ name: declaredNameOf(node, parsed), line: lineOf(node) })),
    names: new Set(nodes.filter(isIdentifier).map(({ text }) => text)),
    skips: nodes.filter((node) => isSkip(node)).length,
  };
}

function* descendants(node: Node): Generator<Node> {
  const children: Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) {
    yield child;
    yield* descendants(child);
  }
}

function resolveSpecifier(from: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier);
  if (specifier.startsWith("#")) return `src/${specifier.slice(1)}`;
  if (specifier.startsWith("node:")) return specifier;
  const [scope = "", name] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

function isDeclaredName(node: Node): boolean {
  const { kind } = node.parent;
  return (
    isIdentifier(node) &&
    (kind === SyntaxKind.Parameter || kind === SyntaxKind.BindingElement || kind === SyntaxKind.VariableDeclaration) &&
    node.parent.getStart() === node.getStart()
  );
}

function isExportedValue(node: Node): boolean {
  const isValue =
    node.kind === SyntaxKind.FunctionDeclaration ||
    node.kind === SyntaxKind.ClassDeclaration ||
    node.kind === SyntaxKind.VariableDeclaration;
  const statement = node.kind === SyntaxKind.VariableDeclaration ? node.parent.parent : node;
  return isValue && statement.parent.kind === SyntaxKind.SourceFile && statement.getText().startsWith("export ");
}

const declaredNameOf = (node: Node, parsed: ParsedFile): string =>
  isNamed(node) ? (node.name?.getText(parsed) ?? "") : "";

function functionSize(node: Node, parsed: ParsedFile): FunctionSize[] {
  if (!isFunctionLikeDeclaration(node) || node.body === undefined || isTestSuite(node)) return [];
  const first = parsed.getLineAndCharacterOfPosition(node.getStart(parsed)).line;
  const last = parsed.getLineAndCharacterOfPosition(node.getEnd()).line;
  return [{ name: nameOf(node, parsed), line: first + 1, lines: last - first + 1 }];
}

function nameOf(node: Node, parsed: ParsedFile): string {
  if (node.kind === SyntaxKind.Constructor) return "constructor";
  const named = isFunctionExpression(node) || isArrowFunction(node) ? node.parent : node;
  return isNamed(named) ? (named.name?.getText(parsed) ?? "") : "";
}

function isNamed(node: Node): node is Node & { readonly name?: Node } {
  return "name" in node;
}

/** `describe(…, () => {…})` only groups tests: its length says nothing. */
function isTestSuite({ parent }: Node): boolean {
  return isCallExpression(parent) && ["describe", "suite"].includes(parent.expression.getText());
}

function countEscapes(nodes: readonly Node[], parsed: ParsedFile): Record<Escape, number> {
  const count = (is: (node: Node) => boolean): number => nodes.filter(is).length;
  return {
    any: count(({ kind }) => kind === SyntaxKind.AnyKeyword),
    as: count((node) =>
      isAsExpression(node) ? node.type.getText(parsed) !== "const" : node.kind === SyntaxKind.TypeAssertionExpression,
    ),
    catch: count((node) => node.kind === SyntaxKind.CatchClause || isMemberCalled(node, "catch")),
  };
}

function isMemberCalled(node: Node, name: string): boolean {
  return isCallExpression(node) && isPropertyAccessExpression(node.expression) && node.expression.name.text === name;
}

function isSkip(node: Node): boolean {
  const isOption = isPropertyAssignment(node) && ["skip", "todo"].includes(node.name.getText());
  return isOption || isMemberCalled(node, "skip") || isMemberCalled(node, "todo");
}
