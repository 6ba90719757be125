/** A chunk: its name, and the body of its function. */
export type Chunk = readonly [name: string, body: string];

export function bundleProgram(root: string): Promise<{
  readonly chunks: readonly Chunk[];
  readonly metafile: unknown;
  readonly optional: readonly string[];
}>;

export function packOf(chunks: readonly Chunk[]): string;

export function buildName(root: string, pack: string): Promise<string>;

export function startOf(
  root: string,
  where: { readonly pack: string; readonly build: string },
): Promise<string>;
