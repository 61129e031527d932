/** Something that keeps a part of the shop's events beside the PostgreSQL databases. */
export interface Source {
  /** What is under way there, in words. */
  underWay(): Promise<string[]>;
  /** What became a dead letter there. */
  dead(): Promise<object[]>;
}
