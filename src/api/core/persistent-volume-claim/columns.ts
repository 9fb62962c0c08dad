/** `RWO,RWX`. Source: GetAccessModesAsString in pkg/apis/core/v1/helper. */
export const showAccessModes = (modes: readonly string[] = []): string =>
  Object.entries(shortModes)
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(",");
const shortModes = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" };

/** Where classes were written before they had a field. */
export const storageClassAnnotation = "volume.beta.kubernetes.io/storage-class";

export const storageClassOf = (
  annotations: Readonly<Record<string, string>> | undefined,
  field: string | undefined,
): string => annotations?.[storageClassAnnotation] ?? field ?? "";
