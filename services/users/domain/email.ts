/**
 * One spelling for each mailbox: composed (NFC) and lower-case. Local parts are case-sensitive on paper only;
 * dots and tags (`a.b+c@`) stay, since their meaning is the mail server's.
 */
export const normalizeEmail = (email: string): string =>
  email.normalize("NFC").toLowerCase().normalize("NFC");
