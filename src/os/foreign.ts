/** Functions of the machine's own libraries, called through Node's foreign function interface. */
type Ffi = typeof import("node:ffi");
type Functions<T extends import("node:ffi").FunctionDefinitions> = ReturnType<
  typeof import("node:ffi").dlopen<T>
>["functions"];

export interface Foreign<T extends import("node:ffi").FunctionDefinitions> {
  readonly functions: Functions<T>;
  /** The text that a pointer leads to. */
  readonly textAt: (pointer: bigint) => string | null;
  /** Where a buffer's bytes are; good for as long as somebody holds the buffer. */
  readonly addressOf: (buffer: Buffer) => bigint;
}

/** undefined where this Node has no such interface, or this machine no such library. */
export async function openForeign<const T extends import("node:ffi").FunctionDefinitions>(
  library: string,
  signatures: T,
): Promise<Foreign<T> | undefined> {
  const ffi = await loadInterface();
  if (ffi === undefined) return undefined;
  try {
    return { functions: ffi.dlopen(library, signatures).functions, textAt: ffi.toString, addressOf: ffi.getRawPointer };
  } catch (fault) {
    if (codeOf(fault) === "ERR_FFI_CALL_FAILED") return undefined;
    throw fault;
  }
}

async function loadInterface(): Promise<Ffi | undefined> {
  try {
    return await import("node:ffi");
  } catch (fault) {
    if (codeOf(fault) === "ERR_UNKNOWN_BUILTIN_MODULE") return undefined;
    throw fault;
  }
}

const codeOf = (fault: unknown): unknown => (fault instanceof Error && "code" in fault ? fault.code : undefined);
