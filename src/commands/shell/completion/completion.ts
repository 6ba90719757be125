import type { Command } from 'commander';
import { Argument } from 'commander';
import type { Shell } from './generate.ts';
import { completionScript, SHELLS } from './generate.ts';
import type { Io } from '../../../terminal/io.ts';
import type { CommandTree } from '../../../terminal/command-tree.ts';
import { writeStdout } from '../../../terminal/output/stdout.ts';
import { describe } from '../../shared/describe.ts';

/** `kmsx completion`: prints the completion script of a shell, the same as in `completions/`. */
export function defineCompletion(command: Command, io: Io, tree: CommandTree): void {
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
  command
    .addArgument(new Argument('<shell>', 'the shell').choices([...SHELLS]))
    .action(async (shell: Shell) => {
      const script = completionScript(shell, await tree.createFull());
      await writeStdout(io, Buffer.from(script));
    });
}
