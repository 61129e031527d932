import type { Session } from "../../contracts/users";
import { ACCESS_TOKEN_SECONDS, type AccessTokenSigner } from "../../lib/mesh/access-token";
import { toUser, type Account } from "./domain/account";

/** What a client gets that signed in: its profile, a fresh access token, and how to get the next. */
export async function presentSession(
  signer: AccessTokenSigner,
  account: Account,
  refreshToken: string,
): Promise<Session> {
  return {
    user: toUser(account),
    accessToken: await signer.sign(account),
    expiresIn: ACCESS_TOKEN_SECONDS,
    refreshToken,
  };
}
