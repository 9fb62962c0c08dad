import { type Node, SyntaxKind } from "typescript/unstable/ast";
import { isIdentifier, isNewExpression, isPropertyAccessExpression } from "typescript/unstable/ast/is";

/** Something that makes a function's answer depend on more than its arguments, or act on the world. */
export interface Effect {
  readonly name: string;
  readonly line: number;
}

/** Globals that a pure room does without: time, chance, the machine, and everything that happens later. */
const impureGlobals = new Set([
  "process",
  "console",
  "performance",
  "crypto",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "globalThis",
  "Promise",
  "AbortSignal",
  "WebSocket",
]);
const impureMembers = new Set(["Date.now", "Math.random"]);

/** The effect that `node` itself is; names in `declared` are the file's own, not the global ones. */
export function effectAt(
  node: Node,
  declared: ReadonlySet<string>,
): { readonly name: string; readonly node: Node } | undefined {
  if (node.kind === SyntaxKind.AsyncKeyword) return { name: "async", node };
  if (node.kind === SyntaxKind.AwaitExpression) return { name: "await", node };
  if (isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments ?? []).length === 0) {
    return { name: "new Date()", node };
  }
  if (isPropertyAccessExpression(node) && impureMembers.has(node.getText())) return { name: node.getText(), node };
  if (isIdentifier(node) && impureGlobals.has(node.text) && !declared.has(node.text) && !isMemberName(node)) {
    return { name: node.text, node };
  }
  return undefined;
}

/** `x` in `a.x`, in `{ x: … }` and in the members of a type. */
function isMemberName(node: Node): boolean {
  const { parent } = node;
  if (isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    memberKinds.has(parent.kind) &&
    parent
      .getText()
      .replace(/^readonly /, "")
      .startsWith(node.getText())
  );
}

const memberKinds = new Set([
  SyntaxKind.PropertyAssignment,
  SyntaxKind.PropertySignature,
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.MethodSignature,
]);
