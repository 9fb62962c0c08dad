/** Whether a flag is set, in the words that the API takes for it: anything but `0` and `false`, nothing at all included. */
export function isTrue(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== "0" && text.toLowerCase() !== "false";
}
