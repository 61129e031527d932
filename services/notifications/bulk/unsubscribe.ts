import { fail } from "../../../contracts/errors";
import type { Queryable } from "../../../lib/store/database";
import { changePreferences } from "../store/preference-store";
import type { Unsubscribing } from "./unsubscribing";

const page = (body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Mails from Souk</title></head>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em">
${body}
</body>
</html>
`;

/** A question, not a deed: programs that check mails follow every link in them. */
const QUESTION = page(`<p>Do you want no more mails with offers from us?</p>
<form method="post"><button>No more offers</button></form>`);

const DONE = page(`<p>You will get no more mails with offers from us.
We still write to you about your orders.</p>`);

interface Request {
  readonly unsubscribing: Unsubscribing;
  readonly token: string;
}

function userOf({ unsubscribing, token }: Request): string {
  const userId = unsubscribing.userOf(token);
  if (userId === null) throw fail("NOT_FOUND", "no mail of ours has this link");
  return userId;
}

export function askToUnsubscribe(request: Request): { html: string } {
  userOf(request);
  return { html: QUESTION };
}

export async function unsubscribe(db: Queryable, request: Request): Promise<{ html: string }> {
  await changePreferences(db, userOf(request), { email: { marketing: false } });
  return { html: DONE };
}
