import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HomeId } from '../../../../server/domain/ids.ts';
import { createAddresses } from '../../../../server/dynos/engines/docker/addresses.ts';
import {
  firewallChange,
  firewallRemoval,
  type FirewallSpec,
} from '../../../../server/dynos/engines/docker/firewall.ts';
import { mountPoints } from '../../../../server/dynos/engines/docker/mounts.ts';
import {
  freeSubnets,
  parseRange,
  parseResolvers,
  parseRoutes,
} from '../../../../server/dynos/engines/docker/subnets.ts';

const home = '00000005-1111-4222-8333-444444444444' as HomeId;

test('a home begins at a network of its own and passes by those in use', () => {
  const all = freeSubnets(home, []);
  assert.equal(all.length, 191);
  assert.equal(all[0], '10.69.0.0/16');
  const free = freeSubnets(home, ['10.69.3.0/24', '10.70.0.9', '10.71.0.0/16', '172.17.0.0/16']);
  assert.equal(free[0], '10.72.0.0/16');
  assert.deepEqual(freeSubnets(home, ['10.0.0.0/8']), []);
  const other = '00000006-1111-4222-8333-444444444444' as HomeId;
  assert.equal(freeSubnets(other, [])[0], '10.70.0.0/16');
});

test('a range covers what its prefix says, host bits or not', () => {
  assert.deepEqual(parseRange('0.0.1.7/24'), { first: 256, last: 511 });
  assert.deepEqual(parseRange('255.255.255.255'), { first: 2 ** 32 - 1, last: 2 ** 32 - 1 });
  assert.deepEqual(parseRange('0.0.0.0/0'), { first: 0, last: 2 ** 32 - 1 });
  assert.equal(parseRange('fd00::/64'), undefined);
});

test("the kernel's routes are read, but for the default one", () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'vpn\t0000400A\t00000000\t0001\t0\t0\t0\t0000C0FF\t0\t0\t0',
    '',
  ].join('\n');
  assert.deepEqual(parseRoutes(table), ['192.0.2.0/24', '10.64.0.0/10']);
});

test('name servers are read from resolv.conf, IPv6 and comments left out', () => {
  const text = '# nameserver 9.9.9.9\nnameserver 10.1.2.3\nnameserver ::1\n nameserver 1.1.1.1 \n';
  assert.deepEqual(parseResolvers(text), ['10.1.2.3', '1.1.1.1']);
});

test('addresses are given in turn, and the engine’s own are never among them', () => {
  const next = createAddresses(65_533);
  const given = Array.from({ length: 4 }, () => next('10.69.0.0/16'));
  assert.deepEqual(given, ['10.69.255.253', '10.69.255.254', '10.69.1.0', '10.69.1.1']);
});

test('an address comes again only after all others', () => {
  const next = createAddresses();
  const first = next('10.69.0.0/16');
  const others = Array.from({ length: 65_278 }, () => next('10.69.0.0/16'));
  assert.equal(new Set(others).size, others.length);
  assert.ok(!others.includes(first));
  assert.equal(next('10.69.0.0/16'), first);
});

const spec: FirewallSpec = { home, bridge: 'mk-00000005', resolvers: ['10.1.2.3'] };

/** What iptables-save would print after this input. */
function saved(input: string | null): string {
  return (input ?? '')
    .split('\n')
    .map((line) => line.replace(/^-I (\S+) 1 /, '-A $1 '))
    .join('\n');
}

test('a machine without our rules gets all of them at one stroke', () => {
  const input = firewallChange(spec, '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n') ?? '';
  const lines = input.split('\n');
  assert.equal(lines[0], '*filter');
  assert.equal(lines.at(-2), 'COMMIT');
  assert.ok(lines.includes(':MONOKU-00000005-IN - [0:0]'));
  assert.match(input, /-I INPUT 1 .*-i mk-00000005 -j MONOKU-00000005-IN/);
  assert.match(input, /-I DOCKER-USER 1 .*-i mk-00000005 -j MONOKU-00000005-OUT/);
  const inward = lines.filter((line) => line.startsWith('-A MONOKU-00000005-IN'));
  assert.match(inward[0] ?? '', /ESTABLISHED -j ACCEPT$/);
  assert.match(inward.at(-1) ?? '', /-j REJECT$/);
});

test('name servers stay open before anything is closed', () => {
  const lines = (firewallChange(spec, '') ?? '').split('\n');
  const outward = lines.filter((line) => line.startsWith('-A MONOKU-00000005-OUT'));
  const verdicts = outward.map((line) => line.split(' -j ')[1]);
  assert.deepEqual(verdicts, ['RETURN', 'RETURN', 'REJECT', 'REJECT', 'REJECT']);
  assert.match(outward[0] ?? '', /-d 10\.1\.2\.3\/32 -p udp -m udp --dport 53/);
});

test('rules that are in place are left alone', () => {
  assert.equal(firewallChange(spec, saved(firewallChange(spec, ''))), null);
});

test('one rule that is missing brings back all of them, without doubles', () => {
  const lines = saved(firewallChange(spec, '')).split('\n');
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith('-A')) continue;
    const input = firewallChange(spec, lines.toSpliced(at, 1).join('\n')) ?? '';
    const left = lines.filter((one, index) => index !== at && / -j MONOKU-/.test(one));
    assert.deepEqual(
      input.split('\n').filter((one) => one.startsWith('-D')),
      left.map((one) => one.replace('-A', '-D')),
    );
  }
});

test('another name server makes other rules', () => {
  const other = { ...spec, resolvers: ['10.9.9.9'] };
  assert.notEqual(firewallChange(other, saved(firewallChange(spec, ''))), null);
});

test("a home's rules are removed, and another's are not touched", () => {
  const foreign = { ...spec, home: '00000006-1111-4222-8333-444444444444' as HomeId };
  const both = saved(firewallChange(spec, '')) + saved(firewallChange(foreign, ''));
  const removal = firewallRemoval(home, both) ?? '';
  assert.equal(removal.match(/^-D/gm)?.length, 2);
  assert.equal(removal.match(/^-X/gm)?.length, 2);
  assert.doesNotMatch(removal, /00000006/);
  assert.equal(firewallRemoval(home, saved(firewallChange(foreign, ''))), null);
});

test('mount points are read with their odd characters', () => {
  const line = (path: string) => `36 35 98:0 / ${path} rw,noatime shared:1 - ext4 /dev/loop0 rw`;
  const info = [line('/'), line('/srv/a\\040b\\134c'), ''].join('\n');
  assert.deepEqual(mountPoints(info), ['/', '/srv/a b\\c']);
});
