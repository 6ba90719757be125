import type { Plugin } from 'esbuild';

/** Keeps out of the bundle what kmsx never runs, and puts off what few runs use. */
export const leanBundle: Plugin;

/**
 * The main file of the credentials library, with each provider loaded when it is used.
 *
 * @throws Error if the file is not as it was when this was written
 */
export function providersWhenUsed(text: string): string;
