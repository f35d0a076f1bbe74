import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Query } from '../../../src/gateway/admin/query.ts';

describe('a query', () => {
  it('is read as forms write it', () => {
    const query = new Query('name=a+b%2Bc%C3%A9&n%61me2=x=y&flag&empty=');
    assert.equal(query.get('name'), 'a b+cé');
    assert.equal(query.get('name2'), 'x=y');
    assert.equal(query.get('flag'), '');
    assert.equal(query.get('empty'), '');
    assert.equal(query.get('none'), undefined);
  });

  it('has one value for each name: the first', () => {
    assert.equal(new Query('a=1&a=2').get('a'), '1');
    assert.equal(new Query('a&a=true').isTrue('a'), false);
    assert.equal(new Query('a=true&a=false').isTrue('a'), true);
  });

  it('is taken as it stands where it is not encoded well', () => {
    const query = new Query('name=%zz+%41&%ff=1&=x');
    assert.equal(query.get('name'), '%zz %41');
    assert.equal(query.get('%ff'), '1');
    assert.equal(query.get(''), 'x');
  });

  it('has nothing that objects have anyway', () => {
    assert.equal(new Query('').get('constructor'), undefined);
    assert.equal(new Query('__proto__=1').get('__proto__'), '1');
  });
});
