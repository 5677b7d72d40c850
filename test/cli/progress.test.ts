import { FakeIo } from './fake-io';
import { Progress, type State } from '../../src/cli/progress';
import { Speed } from '../../src/cli/speed';
import { Talk } from '../../src/cli/talk';

beforeEach(() => { jest.useFakeTimers({ now: new Date('2026-11-25T08:00:00Z') }); });
afterEach(() => { jest.useRealTimers(); });

function begin(terminal: boolean, json: boolean, total?: number): { io: FakeIo; progress: Progress; at: (state: State) => void } {
  const io = new FakeIo({ terminal });
  let state: State = { objects: 0, failed: 0 };
  const progress = new Progress({ io, json, doing: 'Re-encrypting', total, state: () => state });
  return { io, progress, at: (next) => { state = next; } };
}

// eslint-disable-next-line no-control-regex -- what moves the cursor is what has to go
const plain = (text: string): string => text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');

test('on a terminal, a bar with objects, rate, time left and failures', () => {
  const { io, progress, at } = begin(true, false, 4000);
  at({ objects: 1000, failed: 3 });
  jest.advanceTimersByTime(2000);
  progress.end();
  const last = plain(io.err).split('\r').join('\n').split('\n').filter((line) => line.trim() !== '').at(-1);
  expect(last).toMatch(/Re-encrypting \[=+ +\] 1,000 of 4,000 · \d+\/s · \d+ s left · 3 failed/);
});

test('what is said meanwhile is not overwritten: the cursor does not go back to where the bar began', () => {
  const { io, progress } = begin(true, false, 4000);
  new Talk(io, false).interject('Stopping');
  jest.advanceTimersByTime(1000);
  progress.end();
  expect(io.err).toContain('\nStopping\n');
  expect(io.err).not.toMatch(/\u001b[78]/);
  expect(io.err.endsWith('\n')).toBe(true);
});

test('without a total, a bar that promises no end', () => {
  const { io, progress, at } = begin(true, false);
  at({ objects: 1000, failed: 0 });
  jest.advanceTimersByTime(2000);
  progress.end();
  expect(plain(io.err)).toMatch(/Re-encrypting 1,000 · 500\/s · none failed/);
  expect(io.err).not.toContain('left');
});

test.each([[false, false], [true, true], [false, true]])('otherwise (terminal: %p, --json: %p) one JSON object every five seconds, and the last state at the end', (terminal, json) => {
  const { io, progress, at } = begin(terminal, json, 4000);
  at({ objects: 1000, failed: 1, more: { rewritten: 900 } });
  jest.advanceTimersByTime(10_000);
  at({ objects: 4000, failed: 1, more: { rewritten: 3900 } });
  jest.advanceTimersByTime(1000);
  progress.end();
  expect(io.jsonLines).toEqual([
    { type: 'progress', doing: 'Re-encrypting', at: '2026-11-25T08:00:05.000Z', objects: 1000, total: 4000, failed: 1, objectsPerSecond: 200, secondsLeft: 15, rewritten: 900 },
    { type: 'progress', doing: 'Re-encrypting', at: '2026-11-25T08:00:10.000Z', objects: 1000, total: 4000, failed: 1, objectsPerSecond: 100, secondsLeft: 30, rewritten: 900 },
    { type: 'progress', doing: 'Re-encrypting', at: '2026-11-25T08:00:11.000Z', objects: 4000, total: 4000, failed: 1, objectsPerSecond: 364, secondsLeft: 0, rewritten: 3900 },
  ]);
  jest.advanceTimersByTime(60_000);
  expect(io.jsonLines).toHaveLength(3);
});

test('a run that goes on counts its speed from where it goes on', () => {
  const speed = new Speed();
  speed.note(0, 1_000_000);
  expect(speed.secondsFor(10)).toBeUndefined();
  speed.note(2000, 1_001_000);
  expect(speed.perSecond).toBe(500);
});

test('the speed is that of the last half minute', () => {
  const speed = new Speed();
  for (let second = 0; second <= 600; second += 1) { speed.note(second * 1000, second < 500 ? second : 500 + (second - 500) * 100); }
  expect(speed.perSecond).toBeCloseTo(100, 0);
});
