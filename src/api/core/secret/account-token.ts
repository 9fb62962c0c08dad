/** The type of Secrets that hold a token of a service account, and the annotations that name the account. */
export const accountTokenType = "kubernetes.io/service-account-token";
export const accountNameAnnotation = "kubernetes.io/service-account.name";
export const accountUidAnnotation = "kubernetes.io/service-account.uid";
