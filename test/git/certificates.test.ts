import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createSecureContext } from 'node:tls';
import { ensureCertificates, type CertificateSettings } from '../../server/certificates.ts';

const LIMIT = { timeout: 30_000 };
const DAY = 24 * 60 * 60_000;

function settingsFor(t: TestContext): CertificateSettings {
  const dir = mkdtempSync(join(tmpdir(), 'monoku-certificates-'));
  t.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const names = ['localhost', 'example.org', '*.example.org', 'box'];
  return { dir: join(dir, 'tls'), caFile: join(dir, 'ca.pem'), names, now: () => new Date() };
}

test(
  'the certificate is for our names, signed by our CA, and usable with its key',
  LIMIT,
  async (t) => {
    const settings = settingsFor(t);
    const { key, cert, ca } = await ensureCertificates(settings);
    const leaf = new X509Certificate(cert);
    assert.equal(readFileSync(settings.caFile, 'utf8'), ca);
    assert.ok(leaf.verify(new X509Certificate(ca).publicKey));
    for (const host of ['localhost', 'my-app.example.org', 'box'])
      assert.ok(leaf.checkHost(host), host);
    for (const address of ['127.0.0.1', '::1']) assert.ok(leaf.checkIP(address), address);
    assert.equal(leaf.checkHost('example.com'), undefined);
    createSecureContext({ key, cert });
  },
);

test('keys are for the server’s eyes, the CA’s certificate for everybody’s', LIMIT, async (t) => {
  const settings = settingsFor(t);
  await ensureCertificates(settings);
  assert.equal(statSync(settings.dir).mode & 0o777, 0o700);
  assert.equal(statSync(join(settings.dir, 'ca-with-key.pem')).mode & 0o777, 0o600);
  assert.equal(statSync(settings.caFile).mode & 0o777, 0o644);
  assert.doesNotMatch(readFileSync(settings.caFile, 'utf8'), /PRIVATE/);
});

test(
  'what is there is kept, and renewed by the same CA a month before it ends',
  LIMIT,
  async (t) => {
    const settings = settingsFor(t);
    const first = await ensureCertificates(settings);
    assert.deepEqual(await ensureCertificates(settings), first);
    const later = { ...settings, now: () => new Date(Date.now() + 368 * DAY) };
    const renewed = await ensureCertificates(later);
    assert.equal(renewed.ca, first.ca);
    assert.notEqual(renewed.cert, first.cert);
  },
);

test('other names make another CA, as the old one cannot vouch for them', LIMIT, async (t) => {
  const settings = settingsFor(t);
  const first = await ensureCertificates(settings);
  const moved = await ensureCertificates({ ...settings, names: ['apps.example.com'] });
  assert.notEqual(moved.ca, first.ca);
  assert.ok(new X509Certificate(moved.cert).checkHost('apps.example.com'));
});

test('a start that was cut short after the CA is finished by the next', LIMIT, async (t) => {
  const settings = settingsFor(t);
  await ensureCertificates(settings);
  const other = await ensureCertificates(settingsFor(t));
  const leaf = `${other.key.slice(0, other.key.indexOf('-----BEGIN CERT'))}${other.cert}`;
  writeFileSync(join(settings.dir, 'leaf-with-key.pem'), leaf);
  const { cert, ca } = await ensureCertificates(settings);
  assert.ok(new X509Certificate(cert).verify(new X509Certificate(ca).publicKey));
});
