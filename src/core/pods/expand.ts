/**
 * Puts the values of variables where `$(NAME)` names them. An unknown name stays as it is, and `$$` is a plain dollar.
 * Source: k8s.io/kubernetes/third_party/forked/golang/expansion; core/v1 Container.command.
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, after: string, name: string | undefined) =>
    after === "$" ? "$" : (variables.get(name ?? "") ?? whole),
  );
}
