import { describe, expect, it } from 'vitest';
import { createBuiltins } from '../../../src/start/builtins.ts';

/** Modules as a loader gives them, and the names that were asked for. */
function recording(): { builtin: (name: string) => object; loaded: string[] } {
  const loaded: string[] = [];
  const builtin = createBuiltins((name) => {
    loaded.push(name);
    return { name, hidden: undefined };
  });
  return { builtin, loaded };
}

describe('a slow module of Node.js', () => {
  it.each(['child_process', 'crypto', 'https', 'node:tty', 'node:fs/promises'])(
    'is loaded when a property of it is used: %s',
    (name) => {
      const { builtin, loaded } = recording();
      const module = builtin(name) as Record<string, unknown>;
      expect(loaded).toEqual([]);
      expect(module['name']).toBe(name.replace('node:', ''));
      expect(module['name']).toBe(loaded[0]);
      expect(loaded).toHaveLength(1);
    },
  );

  it('is the same by either name, and its own default', () => {
    const { builtin } = recording();
    const module = builtin('node:crypto') as Record<string, unknown>;
    expect(builtin('crypto')).toBe(module);
    expect(module['default']).toBe(module);
  });

  it('can be listed, asked and changed', () => {
    const { builtin } = recording();
    const module = builtin('crypto') as Record<string, unknown>;
    expect(Object.keys(module)).toEqual(['name', 'hidden']);
    expect('hidden' in module).toBe(true);
    module['name'] = 'other';
    expect({ ...module }).toEqual({ name: 'other', hidden: undefined });
  });
});

it.each(['events', 'node:util', 'fs', 'stream'])('loads another at once: %s', (name) => {
  const { builtin, loaded } = recording();
  builtin(name);
  expect(loaded).toEqual([name]);
});

it('a slow module can be patched in every way', () => {
  const { builtin } = recording();
  const module = builtin('https') as Record<string, unknown>;
  Object.defineProperty(module, 'name', { value: 'patched', configurable: true });
  expect(module['name']).toBe('patched');
  expect(Reflect.deleteProperty(module, 'name')).toBe(true);
  expect('name' in module).toBe(false);
});
