import { mkdir, rm, statfs } from 'node:fs/promises';
import { isMountPoint } from './mounts.ts';
import { runProgram } from './program.ts';

/** statfs(2). */
const TMPFS_MAGIC = 0x01021994;

/** Makes sure that the folder is in memory alone: what is written there never reaches a disk. */
export async function ensureSecrets(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await statfs(folder)).type === TMPFS_MAGIC) return;
  const options = 'size=256m,mode=0700,nosuid,nodev,noexec';
  await runProgram('mount', ['-t', 'tmpfs', '-o', options, 'monoku', folder]);
}

export async function removeSecrets(folder: string): Promise<void> {
  if (await isMountPoint(folder)) await runProgram('umount', [folder]);
  await rm(folder, { recursive: true, force: true });
}
