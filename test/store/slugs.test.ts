import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { SlugId } from '../../server/domain/ids.ts';
import { anApp, aSlug, emptyStore, START } from './fixtures.ts';

test('a slug tells everything it was made with', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const made = {
    appId: app.id,
    sha256: 'a'.repeat(64),
    size: 2 ** 30,
    processTypes: { web: 'gunicorn "app:app"', toString: 'x' },
    commit: null,
    commitDescription: null,
    buildpack: 'Python',
    stack: 'debian-13',
  };
  const slug = store.slugs.create(made);
  assert.deepEqual(slug, { ...made, id: slug.id, createdAt: START });
  assert.deepEqual(store.slugs.find(slug.id), slug);
  assert.equal(store.slugs.find(randomUUID() as string as SlugId), undefined);
});

test('slugs of an app are listed newest first, also those of one moment', (t) => {
  const store = emptyStore(t);
  const app = anApp(store);
  const slugs = [aSlug(store, app), aSlug(store, app), aSlug(store, app)];
  aSlug(store, anApp(store));
  assert.deepEqual(store.slugs.list(app.id), slugs.reverse());
});
