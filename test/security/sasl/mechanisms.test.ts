import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { amqplainCredentials } from '../../../src/security/sasl/amqplain.ts';
import { anonymousCredentials } from '../../../src/security/sasl/anonymous.ts';
import { externalCredentials } from '../../../src/security/sasl/external.ts';
import { offeredMechanisms } from '../../../src/security/sasl/mechanisms.ts';
import { plainCredentials } from '../../../src/security/sasl/plain.ts';
import type { SaslSettings } from '../../../src/security/settings.ts';
import { refuses, testSecurity } from '../support.ts';

const SETTINGS: SaslSettings = { anonymousUser: undefined, certificateName: 'distinguished_name' };

describe('PLAIN', () => {
  it('has a name and a password', () => {
    const { type, username } = plainCredentials(Buffer.from('\0üser\0päss'));
    assert.deepEqual([type, username], ['password', 'üser']);
    const { security } = testSecurity({ loopbackUsers: [] });
    security.putUser('üser', { password: 'päss', tags: [] });
    assert.equal(security.login(plainCredentials(Buffer.from('\0üser\0päss')), '').name, 'üser');
  });

  it('may be empty in both, which no login accepts', () => {
    const credentials = plainCredentials(Buffer.from('\0\0'));
    refuses(() => testSecurity().security.login(credentials, ''), 'access_refused', /without a password/);
  });

  it('is refused when it is malformed, or asks for somebody else', () => {
    for (const response of ['', 'u', '\0', '\0u', 'a\0u\0p', 'xu\0p', '\0u\0p\0', '\0u\0p\0q']) {
      refuses(() => plainCredentials(Buffer.from(response)), 'invalid_request', /^PLAIN response invalid/);
    }
    const noUtf8 = Buffer.from([0, 0xff, 0, 0x70]);
    refuses(() => plainCredentials(noUtf8), 'invalid_request', 'PLAIN response invalid: the name is not UTF-8');
  });
});

describe('AMQPLAIN', () => {
  it('has LOGIN and PASSWORD', () => {
    assert.deepEqual(amqplainCredentials('u', 'p'), { type: 'password', username: 'u', password: 'p' });
    for (const [login, password] of [
      ['u', undefined],
      [undefined, 'p'],
    ] as const) {
      refuses(() => amqplainCredentials(login, password), 'invalid_request', /^AMQPLAIN response invalid/);
    }
  });
});

describe('EXTERNAL', () => {
  const certificate = { distinguishedName: 'CN=orders,O=Acme', commonName: 'orders' };

  it('takes the name that counts from the certificate', () => {
    assert.deepEqual(externalCredentials(certificate, SETTINGS), { type: 'trusted', username: 'CN=orders,O=Acme' });
    const commonName = { ...SETTINGS, certificateName: 'common_name' } as const;
    assert.deepEqual(externalCredentials(certificate, commonName), { type: 'trusted', username: 'orders' });
  });

  it('is refused without a certificate, or without that name in it', () => {
    refuses(() => externalCredentials(undefined, SETTINGS), 'access_refused', /no TLS certificate/);
    const nameless = { distinguishedName: '', commonName: '' };
    refuses(() => externalCredentials(nameless, SETTINGS), 'access_refused', /has no distinguished_name$/);
  });
});

describe('ANONYMOUS', () => {
  it('becomes the user of the settings, or is refused', () => {
    const settings = { ...SETTINGS, anonymousUser: 'public' };
    assert.deepEqual(anonymousCredentials(settings), { type: 'trusted', username: 'public' });
    refuses(() => anonymousCredentials(SETTINGS), 'access_refused', 'anonymous logins are turned off');
  });
});

describe('the mechanisms offered', () => {
  it('are those that can work', () => {
    assert.deepEqual(offeredMechanisms(false, SETTINGS), ['PLAIN', 'AMQPLAIN']);
    assert.deepEqual(offeredMechanisms(true, SETTINGS), ['PLAIN', 'AMQPLAIN', 'EXTERNAL']);
    const anonymous = { ...SETTINGS, anonymousUser: 'public' };
    assert.deepEqual(offeredMechanisms(false, anonymous), ['PLAIN', 'AMQPLAIN', 'ANONYMOUS']);
  });
});
