/** The completion script of each shell, in `completions/`. */
export const COMPLETION_FILES: Readonly<Record<'bash' | 'zsh' | 'fish', string>>;

/**
 * What the bundler puts in place of names.
 *
 * @param version - that of package.json by default
 */
export function defines(version?: string): Record<string, string>;
