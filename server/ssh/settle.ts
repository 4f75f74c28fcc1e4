import { releaseName, type Release } from '../domain/release.ts';
import type { Context } from './command.ts';

/** Waits for a release that a command has made, and says in Heroku's way how it went. */
export async function settle(context: Context, doing: string, release: Release): Promise<number> {
  context.err(`${doing}... `);
  const { status, failure } = await context.actions.releases.whenSettled(
    release.id,
    context.signal,
  );
  if (status === 'succeeded') {
    context.err(`done, ${releaseName(release)}\n`);
    return 0;
  }
  context.err(`failed, ${releaseName(release)}\n ▸    ${failure ?? 'No reason is known.'}\n`);
  return 1;
}
