/** Streams that servers have now (queued and connecting ones among them), by `section/server`, from the answer to `show stat`. */
export function streamsFrom(answer: string): ReadonlyMap<string, number> {
  const [head = "", ...rows] = answer.split("\n");
  const columns = head.replace(/^# /, "").split(",");
  const [proxy = 0, server = 1, current = 4] = ["pxname", "svname", "scur"].map((name) => columns.indexOf(name));
  return new Map(
    rows.map((row) => row.split(",")).map((cells) => [`${cells[proxy]}/${cells[server]}`, Number(cells[current])]),
  );
}
