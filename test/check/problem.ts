/** Something that a check refuses. */
export interface Problem {
  /** `path` or `path:line`, from the repository's root. */
  readonly where: string;
  readonly what: string;
}

/** One line a problem, as compilers write it. */
export function showProblem({ where, what }: Problem): string {
  return `${where}: ${what}`;
}
