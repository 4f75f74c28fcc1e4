import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface SlugShelf {
  path(sha256: string): string;
  /** Packs files, by path below /app, and returns the slug's SHA-256. */
  add(files: Readonly<Record<string, string>>): string;
  /** Puts any tar on the shelf, harmful ones too. */
  addTar(tar: Buffer): string;
  /** Puts any bytes there under a name of one's choice. */
  put(sha256: string, bytes: Buffer): void;
}

export function createSlugShelf(folder: string): SlugShelf {
  mkdirSync(folder, { recursive: true });
  const path = (sha256: string): string => join(folder, sha256);

  function addTar(tar: Buffer): string {
    const packed = join(folder, randomUUID());
    execFileSync('zstd', ['-q', '-3', '-o', packed], { input: tar });
    const sha256 = createHash('sha256').update(readFileSync(packed)).digest('hex');
    renameSync(packed, path(sha256));
    return sha256;
  }

  return {
    path,
    addTar,
    add(files) {
      const root = mkdtempSync(join(tmpdir(), 'monoku-slug-'));
      mkdirSync(join(root, 'app'));
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, 'app', name)), { recursive: true });
        writeFileSync(join(root, 'app', name), content, { mode: 0o755 });
      }
      const owner = ['--owner=25000', '--group=25000', '--numeric-owner'];
      const tar = execFileSync('tar', ['-c', ...owner, '-C', root, './app']);
      rmSync(root, { recursive: true });
      return addTar(tar);
    },
    put(sha256, bytes) {
      writeFileSync(path(sha256), bytes);
    },
  };
}
