/** Streams that servers have now (queued and connecting ones among them), by `section/server`, from the answer to `show stat`. */
export function streamsFrom(answer: string): ReadonlyMap<string, number> {
  const [head = "", ...rows] = answer.split("\n");
  const columns = head.replace(/^# /, "").split(",");
  const [proxy = 0, server = 1, current = 4] = ["pxname", "svname", "scur"].map((name) => columns.indexOf(name));
  return new Map(
    rows.map((row) => row.split(",")).map((cells) => [`${cells[proxy]}/${cells[server]}`, Number(cells[current])]),
  );
}

/** What a stick table has counted, by its keys and then by the names of the counters, from the answer to `show table NAME`. */
export function tableFrom(answer: string): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const rows = answer.split("\n").flatMap((line) => {
    const [, key, counters] = /^0x\w+: key=(.*?) use=\d+ (?:exp=\d+ )?(?:shard=\d+ )?(.*)$/.exec(line) ?? [];
    return key === undefined || counters === undefined ? [] : [{ key, counters }];
  });
  return new Map(rows.map(({ key, counters }) => [key, countersFrom(counters)]));
}

const countersFrom = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/(\w+)(?:\(\d+\))?=(\d+)/g)].map(([, name = "", count]) => [name, Number(count)]));
