import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  checkPasswordHash,
  type HashingAlgorithm,
  hashingAlgorithmOf,
  hashPassword,
  verifyPassword,
} from '../../src/security/password.ts';
import { refuses, seededRandom } from './support.ts';

const SHA256 = 'rabbit_password_hashing_sha256';
const SHA512 = 'rabbit_password_hashing_sha512';
const MD5 = 'rabbit_password_hashing_md5';

describe('a password hash', () => {
  it('is that of RabbitMQ: its documented example verifies', () => {
    const hash = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR';
    assert.equal(verifyPassword('test12', hash, SHA256), true);
    assert.equal(verifyPassword(Buffer.from('test12'), hash, SHA256), true);
    assert.equal(verifyPassword('test13', hash, SHA256), false);
  });

  it('has four bytes of salt, then the hash of salt and password as UTF-8', () => {
    for (const [algorithm, name] of [
      [SHA256, 'sha256'],
      [SHA512, 'sha512'],
      [MD5, 'md5'],
    ] as const) {
      const hash = Buffer.from(hashPassword('pässwörd', seededRandom(7), algorithm), 'base64');
      const salt = hash.subarray(0, 4);
      const expected = createHash(name).update(salt).update(Buffer.from('pässwörd')).digest();
      assert.deepEqual(hash.subarray(4), expected);
    }
  });

  it('verifies with each algorithm, and with no other', () => {
    const algorithms: HashingAlgorithm[] = [SHA256, SHA512, MD5];
    for (const made of algorithms) {
      const hash = hashPassword('secret', seededRandom(3), made);
      for (const asked of algorithms) assert.equal(verifyPassword('secret', hash, asked), made === asked);
    }
  });

  it('is another one each time', () => {
    const random = seededRandom(1);
    assert.notEqual(hashPassword('secret', random), hashPassword('secret', random));
  });

  it('never verifies the empty password, nor anything against the empty hash', () => {
    assert.equal(verifyPassword('', hashPassword('', seededRandom(1)), SHA256), false);
    assert.equal(verifyPassword('', '', SHA256), false);
    assert.equal(verifyPassword('x', '', SHA256), false);
  });

  it('from elsewhere must have the length of its algorithm', () => {
    checkPasswordHash(hashPassword('x', seededRandom(1), SHA512), SHA512);
    checkPasswordHash('', SHA256);
    const message = 'a password hash of rabbit_password_hashing_sha256 is base64 of 36 bytes, 4 of them salt';
    refuses(() => checkPasswordHash(hashPassword('x', seededRandom(1), SHA512), SHA256), 'invalid_request', message);
    refuses(() => checkPasswordHash('no base64!', SHA256), 'invalid_request', message);
  });

  it('has an algorithm that is known by name', () => {
    assert.equal(hashingAlgorithmOf(MD5), MD5);
    refuses(() => hashingAlgorithmOf('toString'), 'invalid_request', /^there is no hashing algorithm 'toString'/);
  });
});
