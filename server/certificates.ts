import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAY = 24 * 60 * 60_000;
const CA_DAYS = 3650;
/** Browsers refuse certificates that are valid for longer than 398 days. */
const LEAF_DAYS = 397;
const RENEW_DAYS = 30;

export interface CertificateSettings {
  /** Where the keys lie, 0700. */
  readonly dir: string;
  /** Where the CA's certificate is put for people to take. */
  readonly caFile: string;
  /** Host names the certificate is for, besides the loopback addresses; `*.` is allowed. */
  readonly names: readonly string[];
  readonly now: () => Date;
}

/** PEM texts. */
export interface Certificates {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/**
 * The door's certificate, made when there is none, when it is about to expire and when the names
 * change. Its CA can vouch for these names only, so that who trusts it risks nothing else.
 */
export async function ensureCertificates(settings: CertificateSettings): Promise<Certificates> {
  await mkdir(settings.dir, { recursive: true, mode: 0o700 });
  await chmod(settings.dir, 0o700);
  const known = await readPair(settings);
  const names = [...new Set(settings.names)];
  if (!isFresh(known.ca, settings) || !isFor(known.leaf, names)) {
    await makeCa(settings, names);
    await makeLeaf(settings, names);
  } else if (!isFresh(known.leaf, settings) || !isSignedBy(known.leaf, known.ca)) {
    await makeLeaf(settings, names);
  }
  return publish(settings);
}

async function publish(settings: CertificateSettings): Promise<Certificates> {
  const { ca, leaf } = await readPair(settings);
  if (ca === undefined || leaf === undefined) throw new Error('openssl made no certificate');
  const authority = certificateIn(ca).toString();
  await writeFile(`${settings.caFile}.draft`, authority);
  await chmod(`${settings.caFile}.draft`, 0o644);
  await rename(`${settings.caFile}.draft`, settings.caFile);
  return { key: leaf, cert: `${certificateIn(leaf).toString()}${authority}`, ca: authority };
}

/** Key and certificate together in one file each, so that they are never of two minds. */
async function readPair({ dir }: CertificateSettings) {
  const [ca, leaf] = await Promise.all([readIfAny(join(dir, CA)), readIfAny(join(dir, LEAF))]);
  return { ca, leaf };
}

const CA = 'ca-with-key.pem';
const LEAF = 'leaf-with-key.pem';

async function readIfAny(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function certificateIn(pem: string): X509Certificate {
  return new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
}

function isFresh(pem: string | undefined, { now }: CertificateSettings): pem is string {
  if (pem === undefined) return false;
  const left = Date.parse(certificateIn(pem).validTo) - now().getTime();
  return left > RENEW_DAYS * DAY;
}

function isFor(pem: string | undefined, names: readonly string[]): pem is string {
  if (pem === undefined) return false;
  const entries = (certificateIn(pem).subjectAltName ?? '').split(', ');
  const known = entries.filter((entry) => entry.startsWith('DNS:')).map((entry) => entry.slice(4));
  return known.join() === names.join();
}

function isSignedBy(leaf: string, ca: string): boolean {
  return certificateIn(leaf).verify(certificateIn(ca).publicKey);
}

async function makeCa(settings: CertificateSettings, names: readonly string[]): Promise<void> {
  const domains = new Set(names.map((name) => name.replace(/^\*\./, '')));
  const permitted = [
    ...[...domains].map((domain) => `permitted;DNS:${domain}`),
    'permitted;IP:127.0.0.0/255.0.0.0',
    'permitted;IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ];
  await make(settings, {
    file: CA,
    options: ['-subj', '/CN=Monoku local CA', '-days', String(CA_DAYS)],
    extensions: [
      'basicConstraints=critical,CA:TRUE,pathlen:0',
      'keyUsage=critical,keyCertSign,cRLSign',
      'subjectKeyIdentifier=hash',
      `nameConstraints=critical,${permitted.join(',')}`,
    ],
  });
}

async function makeLeaf(settings: CertificateSettings, names: readonly string[]): Promise<void> {
  const alternatives = [...names.map((name) => `DNS:${name}`), 'IP:127.0.0.1', 'IP:::1'];
  const ca = join(settings.dir, CA);
  await make(settings, {
    file: LEAF,
    options: ['-subj', '/CN=Monoku', '-days', String(LEAF_DAYS), '-CA', ca, '-CAkey', ca],
    extensions: [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=serverAuth',
      `subjectAltName=${alternatives.join(',')}`,
    ],
  });
}

interface Request {
  readonly file: string;
  readonly options: readonly string[];
  readonly extensions: readonly string[];
}

async function make({ dir }: CertificateSettings, request: Request): Promise<void> {
  const draft = join(dir, `${request.file}.draft`);
  const curve = 'ec_paramgen_curve:P-256';
  const key = await run('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', curve]);
  await rm(draft, { force: true });
  await writeFile(draft, key.stdout, { mode: 0o600 });
  const certificate = await run('openssl', [
    ...['req', '-x509', '-new', '-config', '/dev/null', '-key', draft, ...request.options],
    ...request.extensions.flatMap((extension) => ['-addext', extension]),
  ]);
  await writeFile(draft, `${key.stdout}${certificate.stdout}`);
  await rename(draft, join(dir, request.file));
}
