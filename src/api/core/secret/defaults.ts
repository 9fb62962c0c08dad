interface Subject {
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** `stringData` is for writing only: its entries win over those of `data`, in base64. */
export function foldStringData<S extends Subject>(secret: S): S | Omit<S, "stringData"> {
  const { stringData, ...others } = secret;
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, utf8.encode(text).toBase64()] as const);
  return { ...others, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}
const utf8 = new TextEncoder();
