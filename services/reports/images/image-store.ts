/** Where pictures are kept. What is stored under a name never changes: names are made of the content. */
export interface ImageStore {
  /** Does nothing when it is there. */
  put(name: string, bytes: Buffer): Promise<void>;
  /** Null for a name under which nothing is. */
  get(name: string): Promise<Buffer | null>;
}
