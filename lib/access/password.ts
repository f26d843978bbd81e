import "server-only";
import { hash, verify } from "@node-rs/argon2";

/** OWASP's first choice for argon2id: 19 MiB, two passes (https://cheatsheetseries.owasp.org, Password Storage). */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** argon2id with a random salt, in PHC string format. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** A hash of nothing anyone knows, so that an unknown name takes as long as a wrong password. */
const NOBODY = hashPassword(crypto.randomUUID());

/** False for a wrong password, and for an account that has none. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const matches = await verify(stored ?? (await NOBODY), password);
  return matches && stored !== null;
}
