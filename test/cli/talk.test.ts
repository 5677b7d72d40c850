import { FakeIo } from './fake-io';
import { printable, Talk } from '../../src/cli/talk';

test('what a key or a server says does not reach the terminal as a command', () => {
  expect(printable('a\u001b[2Jb\rc\u0007\u009b1mé\u202eüd\n\te')).toBe('a\\u001b[2Jb\\u000dc\\u0007\\u009b1mé\\u202eüd\n\te');
  const io = new FakeIo({ terminal: true });
  new Talk(io, false).warn('\u001b]0;owned\u0007');
  expect(io.err).toBe('\u001b[33mwarning: \u001b[0m\\u001b]0;owned\\u0007\n');
});

test('machines get JSON, and no colour', () => {
  const io = new FakeIo({ terminal: true });
  const talk = new Talk(io, true);
  talk.note('one');
  talk.interject('two');
  talk.warn('three');
  talk.error('four\nfive');
  expect(io.jsonLines).toEqual([
    { type: 'note', message: 'one' }, { type: 'note', message: 'two' }, { type: 'warning', message: 'three' }, { type: 'error', message: 'four\nfive' },
  ]);
});
