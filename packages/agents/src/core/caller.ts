/** Who asks: every row that is stored, and every look at one, carries both. */
export interface Caller {
  readonly workspace: string;
  readonly user: string;
}
