"""Objects of any size without their bytes, for tests of what happens above 5 GB.

The content is a function of the seed and the position, so that a part copied to the wrong place is seen.
"""
import hashlib
from typing import Iterator, Union

_BLOCK = 1024
_PIECE = 4 * 1024 * 1024
# Answers are built in memory: nobody means to read more than this at once.
_MOST = 256 * 1024 * 1024


class Segments:
    """A read-only file: runs of (seed, offset, length), or bytes. moto's FakeKey reads it as its buffer."""

    def __init__(self, runs: list):
        self.runs: list = []
        for run in runs:
            self._add(run)
        self.size = sum(_length(run) for run in self.runs)
        self._position = 0

    def _add(self, run: Union[bytes, tuple]) -> None:
        last = self.runs[-1] if self.runs else None
        if isinstance(run, tuple) and isinstance(last, tuple) and last[0] == run[0] and last[1] + last[2] == run[1]:
            self.runs[-1] = (last[0], last[1], last[2] + run[2])
        elif isinstance(run, bytes) and isinstance(last, bytes):
            self.runs[-1] = last + run
        elif _length(run):
            self.runs.append(run)

    def cut(self, start: int, end: int) -> list:
        """The runs from `start` up to, and without, `end`."""
        found, position = [], 0
        for run in self.runs:
            length = _length(run)
            first, last = max(start - position, 0), min(end - position, length)
            if first < last:
                found.append(run[first:last] if isinstance(run, bytes) else (run[0], run[1] + first, last - first))
            position += length
        return found

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        for run in self.cut(start, end):
            if isinstance(run, bytes):
                yield run
                continue
            seed, offset, length = run
            for begin in range(offset, offset + length, _PIECE):
                yield _content(seed, begin, min(begin + _PIECE, offset + length))

    def fingerprint(self) -> list:
        """Stands for the content where hashing gigabytes would take minutes: the same for the same bytes."""
        return [run if isinstance(run, bytes) else f"{run[0]}:{run[1]}:{run[2]};".encode() for run in self.runs]

    def etag(self) -> str:
        return hashlib.md5(b"".join(self.fingerprint())).hexdigest()

    def seek(self, position: int, whence: int = 0) -> int:
        self._position = position if whence == 0 else position + (self._position if whence == 1 else self.size)
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, count: int = -1) -> bytes:
        end = self.size if count is None or count < 0 else min(self.size, self._position + count)
        if end - self._position > _MOST:
            raise ValueError("a sparse object is read by ranges")
        data = b"".join(self.pieces(self._position, end))
        self._position = end
        return data

    def close(self) -> None:
        pass


def _length(run: Union[bytes, tuple]) -> int:
    return len(run) if isinstance(run, bytes) else run[2]


def _content(seed: str, start: int, end: int) -> bytes:
    first = start // _BLOCK
    blocks = b"".join(f"{seed}:{index:x}\n".encode().ljust(_BLOCK, b"\0") for index in range(first, (end - 1) // _BLOCK + 1))
    return blocks[start - first * _BLOCK:end - first * _BLOCK]


def segments_of(stored) -> Segments:
    """What an object is made of; None of one that has its bytes."""
    return stored._value_buffer if isinstance(stored._value_buffer, Segments) else None


def make_sparse(stored, segments: Segments) -> None:
    stored._value_buffer = segments
    stored.contentsize = segments.size
    stored.truth_pieces = segments.fingerprint
