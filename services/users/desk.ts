import type { AccessTokenSigner } from "../../lib/mesh/access-token";
import type { Database } from "../../lib/store/database";
import type { LoginThrottle } from "./login-throttle";
import type { Passwords } from "./passwords";

/** What the use cases of signing in work with. */
export interface Desk {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly signer: AccessTokenSigner;
  readonly throttle: LoginThrottle;
}
