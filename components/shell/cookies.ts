/** What the frame remembers of a person's choices between pages; read by the server for its first paint. */
export const TEAM_COOKIE = "kepler-team";
export const ENVIRONMENT_COOKIE = "kepler-environment";
export const RAIL_COOKIE = "kepler-rail";
