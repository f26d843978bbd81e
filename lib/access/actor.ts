import { type Membership } from "./rules.ts";

/** Who asks, as read from the database for this very request. */
export type Actor = {
  id: string;
  username: string;
  name: string;
  isAdmin: boolean;
  locale: string | null;
  memberships: readonly (Membership & { slug: string; team: string })[];
  /** The sign-in or the token that spoke for them. */
  via: { session: string } | { token: string };
};
