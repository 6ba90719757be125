/** Where a value stands in a document: names, and indices from 0. */
export type Path = readonly (string | number)[];

/** What is wrong in a document, and where. */
export interface Mistake {
  /** From 1. */
  readonly line: number;
  /** One line, lower case, with the place of what is wrong. */
  readonly message: string;
  /** What to type or do. */
  readonly hint?: string | undefined;
}

/** A document of YAML as a value of JSON. */
export interface YamlDocument {
  /** Objects, arrays, strings, finite numbers, booleans, null. Of no use where there are mistakes. */
  readonly value: unknown;
  /** The line of a name, of an item, or of the nearest thing around it that is there; from 1. */
  readonly lineOf: (path: Path) => number;
  readonly mistakes: readonly Mistake[];
}
