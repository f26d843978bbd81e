import { nextAuthHandler } from "#lib/access/next-auth-handler";

export const GET = nextAuthHandler;
export const POST = nextAuthHandler;
