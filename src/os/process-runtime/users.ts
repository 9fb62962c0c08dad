import { readFile } from "node:fs/promises";
import { CannotRun, type User } from "./plan.ts";

/** A user by number, as setpriv wants it. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Looks names up in this machine's /etc/passwd and /etc/group, which containers have too. Throws `CannotRun`. */
export async function userIds(container: string, user: User): Promise<UserIds> {
  if (user.user === undefined && user.group === undefined) return { uid: 0, gid: 0, groups: user.supplementalGroups };
  const [passwd, group] = await Promise.all([readFile("/etc/passwd", "utf8"), readFile("/etc/group", "utf8")]);
  const ids = idsOf(user, passwd, group);
  if (typeof ids === "string") throw new CannotRun(container, ids);
  return ids;
}

/** The ids, or why there are none. `passwd` and `group` as in passwd(5) and group(5). */
export function idsOf(user: User, passwd: string, group: string): UserIds | string {
  const people = rows(passwd);
  const asked = user.user ?? "0";
  const person = people.find(([name, , uid]) => (isNumber(asked) ? uid === asked : name === asked));
  if (person === undefined && !isNumber(asked))
    return `unable to find user ${asked}: no matching entries in passwd file`;
  const groups = rows(group);
  const ownGroup = groups.find(([name, , gid]) => name === user.group || gid === user.group);
  if (user.group !== undefined && ownGroup === undefined && !isNumber(user.group)) {
    return `unable to find group ${user.group}: no matching entries in group file`;
  }
  const named = person?.[0];
  const member = groups.filter(
    ([, , , members = ""]) => named !== undefined && named !== "root" && members.split(",").includes(named),
  );
  return {
    uid: Number(person?.[2] ?? asked),
    gid: Number(user.group === undefined ? (person?.[3] ?? 0) : (ownGroup?.[2] ?? user.group)),
    groups: [...new Set([...user.supplementalGroups, ...member.map(([, , gid]) => Number(gid))])],
  };
}

const rows = (text: string): readonly (readonly string[])[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(":"));
const isNumber = (word: string): boolean => /^\d+$/.test(word);
