import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGitAddress, parseGitRequest } from '../../server/git/request.ts';

test('the four requests of smart HTTP are known', () => {
  assert.deepEqual(parseGitRequest('GET', '/my-app.git/info/refs?service=git-upload-pack'), {
    appName: 'my-app',
    service: 'upload-pack',
    step: 'advertise',
  });
  assert.deepEqual(parseGitRequest('POST', '/my-app.git/git-receive-pack'), {
    appName: 'my-app',
    service: 'receive-pack',
    step: 'exchange',
  });
});

test('nothing else is', () => {
  const others = [
    ['GET', '/my-app.git/info/refs'],
    ['GET', '/my-app.git/HEAD'],
    ['GET', '/my-app.git/git-receive-pack'],
    ['POST', '/my-app.git/info/refs?service=git-upload-pack'],
    ['POST', '/my-app.git/git-receive-pack?x'],
    ['POST', '/my-app.git/git-upload-archive'],
    ['GET', '/../my-app.git/info/refs?service=git-upload-pack'],
    ['GET', '/a/my-app.git/info/refs?service=git-upload-pack'],
    ['GET', '/my-app.git/../other.git/info/refs?service=git-upload-pack'],
    ['GET', '/%6dy-app.git/info/refs?service=git-upload-pack'],
    ['GET', '/My-App.git/info/refs?service=git-upload-pack'],
    ['GET', '/x.git/info/refs?service=git-upload-pack'],
    ['PUT', '/my-app.git/git-receive-pack'],
    ['constructor', '/my-app.git/git-receive-pack'],
  ] as const;
  for (const [method, url] of others) {
    assert.equal(parseGitRequest(method, url), undefined, `${method} ${url}`);
  }
});

test('whatever lies below a repository is git’s to answer, and nothing else is', () => {
  for (const url of ['/my-app.git/x', '/my-app.git', '/..git/x', '/a b.git?x']) {
    assert.equal(isGitAddress(url), true, url);
  }
  for (const url of ['/', '/apps/my-app.git/x', '/my-app', '/x?y.git/']) {
    assert.equal(isGitAddress(url), false, url);
  }
});
