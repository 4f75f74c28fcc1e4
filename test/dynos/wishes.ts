import type { DynoSizeId } from '../../server/domain/dyno-size.ts';
import { createId, type AppId } from '../../server/domain/ids.ts';
import type { ProcessTypes } from '../../server/domain/procfile.ts';
import type { Formation } from '../../server/domain/formation.ts';
import type { App } from '../../server/domain/app.ts';
import type { RunnableRelease } from '../../server/dynos/wanted.ts';

const AT = new Date('2026-11-21T09:00:00Z');

export function anApp(id: AppId = createId<AppId>()): App {
  const times = { createdAt: AT, updatedAt: AT };
  return { id, name: 'quiet-river-12345', ownerId: createId(), maintenance: false, ...times };
}

/** A release that runs these process types. */
export function aRelease(app: App, version: number, types: ProcessTypes): RunnableRelease {
  const slugId = createId<NonNullable<RunnableRelease['release']['slugId']>>();
  return {
    release: {
      id: createId(),
      appId: app.id,
      version,
      cause: 'deploy',
      description: `Deploy ${String(version)}`,
      accountId: app.ownerId,
      slugId,
      buildId: null,
      processTypes: types,
      formation: {},
      createdAt: AT,
      status: 'pending',
      failure: null,
      settledAt: null,
    },
    slug: {
      id: slugId,
      appId: app.id,
      sha256: 'a'.repeat(64),
      size: 1,
      processTypes: types,
      commit: null,
      commitDescription: null,
      buildpack: 'Node.js',
      stack: 'debian-13',
      createdAt: AT,
    },
  };
}

export function aFormation(
  quantities: Readonly<Record<string, number>>,
  size: DynoSizeId = 'standard-1x',
): Formation {
  return Object.fromEntries(
    Object.entries(quantities).map(([type, quantity]) => [type, { quantity, size }]),
  );
}
