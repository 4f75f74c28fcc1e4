import type { Labels } from '../docker/labels.ts';
import type { AppId, BuildId, HomeId } from '../domain/ids.ts';

const PREFIX = 'io.monoku.';

/** A filter for this appliance's builds. */
export function buildFilter(home: HomeId): Labels {
  return { [`${PREFIX}home`]: home, [`${PREFIX}role`]: 'build' };
}

export function buildLabels(home: HomeId, build: { id: BuildId; appId: AppId }): Labels {
  return {
    ...buildFilter(home),
    [`${PREFIX}build`]: build.id,
    [`${PREFIX}app`]: build.appId,
  };
}

export function buildOf(labels: Labels): string {
  return labels[`${PREFIX}build`] ?? '';
}
