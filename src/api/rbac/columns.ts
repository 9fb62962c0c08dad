import type { Column } from "#machinery/kind.ts";
import type { RoleRef, Subject } from "./role/spec.ts";

interface Binding {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

export const roleColumn: Column<Binding> = {
  name: "Role",
  type: "string",
  cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
  doc: "What its subjects may do.",
};

/** Source: rbacv1helpers.SubjectsStrings. */
export const subjectColumns: readonly Column<Binding>[] = [
  subjectColumn("Users", "The users that it speaks of.", namesOf("User")),
  subjectColumn("Groups", "The groups that it speaks of.", namesOf("Group")),
  subjectColumn("ServiceAccounts", "The service accounts that it speaks of.", (subjects) =>
    subjects
      .filter(({ kind }) => kind === "ServiceAccount")
      .map(({ namespace, name }) => (namespace === undefined ? name : `${namespace}/${name}`)),
  ),
];

function subjectColumn(
  name: string,
  doc: string,
  show: (subjects: readonly Subject[]) => readonly string[],
): Column<Binding> {
  return { name, type: "string", cell: ({ subjects = [] }) => show(subjects).join(", "), wide: true, doc };
}

function namesOf(kind: string): (subjects: readonly Subject[]) => readonly string[] {
  return (subjects) => subjects.filter((one) => one.kind === kind).map(({ name }) => name);
}
