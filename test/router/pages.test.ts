import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAILURES } from '../../router/failures.ts';
import { createPages, prefersJson, type PageName } from '../../router/pages.ts';

const pages = createPages();

test('every code has a page that is whole and shows the code or says what to do', () => {
  for (const code of Object.keys(FAILURES) as PageName[]) {
    const page = pages.render(code, undefined);
    assert.match(page.body, /^<!doctype html>[^]*<\/html>\n$/);
    assert.doesNotMatch(page.body, /\{\{/, code);
    assert.ok(page.body.includes(code) || /maintenance|git push|Bad request/.test(page.body), code);
    assert.ok(page.body.length < 2_000);
  }
});

test('a cause from outside cannot write HTML', () => {
  const page = pages.render('bad-request', undefined, '<script>alert("x")</script>');
  assert.match(page.body, /&lt;script&gt;alert\(&quot;x&quot;\)/);
});

for (const [accept, json] of [
  [undefined, false],
  ['*/*', false],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
  ['application/json', true],
  ['application/json, text/plain, */*', true],
  ['text/html, application/json', false],
  ['text/html;q=0.5, application/json', true],
  ['application/json;q=0.1, text/html', false],
  ['application/json;q=0', false],
  ['application/json;q=nonsense', false],
  ['Application/JSON', true],
] as const) {
  test(`Accept: ${accept ?? 'nothing'} ${json ? 'prefers' : 'does not prefer'} JSON`, () => {
    assert.equal(prefersJson(accept), json);
  });
}
