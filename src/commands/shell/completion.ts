import type { Command } from 'commander';
import type { Io } from '../../terminal/io.ts';
import { textWritten } from '../../terminal/output/stdout.ts';
import { actionArgument } from '../shared/actions.ts';
import { describe } from '../shared/describe.ts';

/** The files of `completions/` by shell, as JSON, put in by the build; `npm run completions` generates them. */
declare const KMSX_COMPLETIONS: string;

type Scripts = Readonly<Record<'bash' | 'zsh' | 'fish', string>>;

/** `kmsx completion`: prints the completion script of a shell, the same as in `completions/`. */
export function defineCompletion(command: Command, io: Io): void {
  describe(command, {
    text: 'Prints the completion script of a shell. It is static: pressing Tab does not start kmsx.',
    examples: [
      [
        'bash',
        'mkdir -p ~/.local/share/bash-completion/completions && kmsx completion bash > ~/.local/share/bash-completion/completions/kmsx',
      ],
      ['zsh, in a folder of $fpath', 'kmsx completion zsh > ~/.zfunc/_kmsx'],
      ['fish', 'kmsx completion fish > ~/.config/fish/completions/kmsx.fish'],
    ],
    exitCodes: [0, 2, 7],
  });
  const scripts = JSON.parse(KMSX_COMPLETIONS) as Scripts;
  const shells = Object.keys(scripts);
  command
    .addArgument(actionArgument('kmsx completion', '<shell>', 'the shell', shells))
    .action(async (shell: keyof Scripts) => {
      await textWritten(io.stdout.write(Buffer.from(scripts[shell])));
    });
}
