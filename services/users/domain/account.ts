import type { User } from "../../../contracts/users";

/** An account as it is stored, without its password. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly phone: string | null;
  readonly locale: string;
  readonly roles: string[];
  readonly created_at: Date;
}

export const toUser = ({ id, email, name, phone, locale, roles, created_at }: Account): User => ({
  id,
  email,
  name,
  phone,
  locale,
  roles,
  createdAt: created_at.toISOString(),
});
