/** The end of an exhaustive switch: it compiles only while every case is handled. */
export function unreachable(value: never): never {
  throw new TypeError(`no case for ${JSON.stringify(value)}`);
}
