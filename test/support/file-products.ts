import { join } from "node:path";
import { DocumentFile } from "../../lib/embedded/document-file";
import { FileProductStore, UNIQUE_FIELDS } from "../../services/catalog/store/file-product-store";

/** The file that `openFileProducts` keeps in a folder. */
export const productsFile = (folder: string): string => join(folder, "documents.db");

export async function openFileProducts(folder: string, compactAfterWrites = 20_000) {
  const path = productsFile(folder);
  const file = new DocumentFile({ file: path, unique: UNIQUE_FIELDS, compactAfterWrites });
  const store = new FileProductStore(file);
  await file.connect();
  return { store, file, close: () => file.disconnect() };
}
