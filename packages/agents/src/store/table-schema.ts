/** Tables live in a schema of their own, so that a database may be shared with other programs. */
export const SCHEMA = 'tramontane';
