"""Checksums of objects, as S3 computes them: moto has CRC32 stand in for those it has no library for.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""
import base64
import functools
import hashlib
import zlib
from typing import Iterable, Optional

# Those of the whole object, whether it came in parts or not; the others are made of the parts' checksums.
FULL_OBJECT = ("CRC64NVME",)
KNOWN = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "MD5")
# What S3 adds where the client named none.
DEFAULT = "CRC64NVME"
_HASHES = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512, "MD5": hashlib.md5}
_POLYNOMIALS = {"CRC32C": (0x82F63B78, 32), "CRC64NVME": (0x9A6C9329AC4BC9B5, 64)}


def digest(algorithm: str, pieces: Iterable) -> bytes:
    if algorithm in _HASHES:
        made = _HASHES[algorithm]()
        for piece in pieces:
            made.update(piece)
        return made.digest()
    if algorithm == "CRC32":
        value = 0
        for piece in pieces:
            value = zlib.crc32(piece, value)
        return value.to_bytes(4, "big")
    return _crc(algorithm, pieces)


def text(algorithm: str, pieces: Iterable) -> str:
    return base64.b64encode(digest(algorithm, pieces)).decode()


def composite(algorithm: str, parts: list) -> str:
    """Of the parts' own checksums, as the documentation describes it for multipart uploads."""
    return text(algorithm, [base64.b64decode(part) for part in parts])


def _crc(algorithm: str, pieces: Iterable) -> bytes:
    width = _POLYNOMIALS[algorithm][1]
    table, ones = _table(algorithm), (1 << width) - 1
    value = ones
    for piece in pieces:
        for byte in piece:
            value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return (value ^ ones).to_bytes(width // 8, "big")


@functools.lru_cache(maxsize=None)
def _table(algorithm: str) -> tuple:
    polynomial = _POLYNOMIALS[algorithm][0]
    entries = []
    for index in range(256):
        value = index
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


def settle(stored) -> None:
    """Computes the checksum that a copy owes, once somebody asks: CRC64 in Python is slow."""
    owed: Optional[str] = getattr(stored, "truth_owes_checksum", None)
    if owed is not None:
        stored.checksum_value = text(owed, stored.truth_pieces() if hasattr(stored, "truth_pieces") else [stored.value])
        stored.truth_owes_checksum = None


def shown(stored) -> Optional[str]:
    """As headers have it: of a composite checksum with the number of its parts."""
    settle(stored)
    if not stored.checksum_value or not stored.checksum_algorithm:
        return None
    return f"{stored.checksum_value}-{stored.checksum_parts}" if stored.checksum_type == "COMPOSITE" else stored.checksum_value
