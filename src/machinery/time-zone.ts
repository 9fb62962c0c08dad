/** Whether the IANA database has a time zone of that name, `Europe/Berlin`. As a file's name: small and capital letters differ. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase(); // else an older name of the same zone
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    return false;
  }
}
